package io.esnode.web;

import java.io.IOException;

/** A request that got no answer that can be used. The message holds nothing of the request's headers. */
public final class HttpException extends IOException {
  private static final long serialVersionUID = 1;

  public HttpException(String message) {
    super(message);
  }

  public HttpException(String message, Throwable cause) {
    super(message, cause);
  }
}
