package io.esnode.cli;

/** How rows are written to standard output. */
enum RowFormat {
  table,
  csv,
  json
}
