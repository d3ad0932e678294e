package org.apache.hadoop.mapreduce;

/** What parquet-java's reader looks for when it is loaded, and does not use. */
public interface JobContext {}
