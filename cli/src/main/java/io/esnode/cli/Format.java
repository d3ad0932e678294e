package io.esnode.cli;

/** How an answer is written to standard output. */
enum Format {
  human,
  json
}
