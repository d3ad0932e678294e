package io.esnode.log;

import java.nio.file.Path;

/** What understands the lines of one followed file. */
interface FileLog extends FollowedFile.Reader {
  Path path();

  LogRows rows();

  /**
   * Every line that is there has been read.
   *
   * @param quiet whether nothing has come for a while
   */
  void looked(boolean quiet);

  /** Nothing comes any more. */
  void end();
}
