package io.esnode.tsa;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a time stamping authority over HTTP (RFC 3161 section 3.4): one POST, no redirect followed, the whole of it within a time
 * and a size. What it answers is for others to judge. Thread-safe.
 */
public final class TsaClient {
  /** A stamp with its whole chain is under 10 KiB. */
  static final int MAX_ANSWER = 64 << 10;

  private static final String QUERY = "application/timestamp-query";
  private static final String REPLY = "application/timestamp-reply";

  private final Duration limit;

  /** @param limit from the first packet to the last */
  public TsaClient(Duration limit) {
    this.limit = limit;
  }

  /** Whether an address is one that can be asked: http or https, a host, no user. */
  public static boolean canAsk(URI address) {
    return ("http".equalsIgnoreCase(address.getScheme())
            || "https".equalsIgnoreCase(address.getScheme()))
        && address.getHost() != null
        && address.getRawUserInfo() == null;
  }

  /**
   * Asks once.
   *
   * @param query DER {@code TimeStampReq}
   * @return what came back, unchecked
   */
  public byte[] ask(URI address, byte[] query) throws TsaException {
    HttpClient client = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(limit)
        .build();
    HttpRequest request = HttpRequest.newBuilder(address)
        .timeout(limit)
        .header("Content-Type", QUERY)
        .header("Accept", REPLY)
        .header("User-Agent", "esnode")
        .POST(HttpRequest.BodyPublishers.ofByteArray(query))
        .build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, head -> new Bounded());
    try {
      return body(answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      throw new TsaException(false, "no whole answer within %s".formatted(limit), e);
    } catch (ExecutionException e) {
      throw explained(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TsaException(false, "interrupted", e);
    } finally {
      answer.cancel(true);
    }
  }

  private static byte[] body(HttpResponse<byte[]> response) throws TsaException {
    if (response.statusCode() != 200) {
      boolean redirect = response.statusCode() / 100 == 3;
      throw new TsaException(
          true,
          "found HTTP status %d, expected 200%s"
              .formatted(
                  response.statusCode(),
                  redirect ? "; redirects are not followed: give the address it means" : ""));
    }
    String type = response.headers().firstValue("Content-Type").orElse("none");
    if (!type.regionMatches(true, 0, REPLY, 0, REPLY.length())) {
      throw new TsaException(
          true,
          "found content of type %s, expected %s; is it a time stamping authority?"
              .formatted(type.length() > 80 ? type.substring(0, 80) : type, REPLY));
    }
    return response.body();
  }

  private TsaException explained(Throwable e) {
    if (e instanceof TsaException said) {
      return said;
    }
    if (e.getCause() instanceof TsaException said) {
      return said;
    }
    if (e instanceof HttpConnectTimeoutException
        || e instanceof java.net.http.HttpTimeoutException) {
      return new TsaException(false, "no answer within %s".formatted(limit), e);
    }
    if (e instanceof ConnectException) {
      return new TsaException(false, "no connection: " + cause(e), e);
    }
    return new TsaException(false, cause(e), e);
  }

  /** The innermost words: which name is not known, which certificate is missing. */
  private static String cause(Throwable e) {
    Throwable inner = e;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    String message = inner.getMessage();
    return inner.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  /** A body that ends the exchange when it grows too large. */
  private static final class Bounded implements HttpResponse.BodySubscriber<byte[]> {
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Flow.@org.jspecify.annotations.Nullable Subscription subscription;

    @Override
    public CompletionStage<byte[]> getBody() {
      return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      for (ByteBuffer part : parts) {
        if (part.remaining() > MAX_ANSWER - bytes.size()) {
          whole.completeExceptionally(new TsaException(
              true, "found more than %d bytes, expected a time stamp".formatted(MAX_ANSWER)));
          if (subscription != null) {
            subscription.cancel();
          }
          return;
        }
        byte[] chunk = new byte[part.remaining()];
        part.get(chunk);
        bytes.writeBytes(chunk);
      }
    }

    @Override
    public void onError(Throwable e) {
      whole.completeExceptionally(e instanceof IOException ? e : new IOException(e));
    }

    @Override
    public void onComplete() {
      whole.complete(bytes.toByteArray());
    }
  }
}
