package org.apache.hadoop.mapreduce.lib.input;

/** What parquet-java's reader looks for when it is loaded, and does not use. */
public abstract class FileInputFormat<K, V> {}
