package io.esnode.cli;

/** How {@code verify} writes down what it found. */
enum VerifyFormat {
  human,
  json,
  sarif,
  junit,
  vsa
}
