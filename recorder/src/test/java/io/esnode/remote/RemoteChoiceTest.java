package io.esnode.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteChoiceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://a/",
        "file:///etc/passwd",
        "http://u:secret@a/",
        "http:///x",
        "http://a/#f",
        "a b",
        "http://a:99999/",
        "http://a/\u00e9"
      })
  void addressThatIsNotAskedIsRefusedWithoutRepeatingIt(String address) {
    assertThatThrownBy(() -> RemoteChoice.address(address))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret", "passwd");
  }

  @Test
  void ordersComeThroughThePipeAsTheyAre() throws Exception {
    Orders orders = new Orders(
        List.of(URI.create("http://[::1]:9100/metrics?a=b%20c")),
        Duration.ofSeconds(15),
        7,
        new Orders.Cluster(
            URI.create("https://10.0.0.1:6443"), "node17", "-----BEGIN\nCERT", "a.b-c"));

    assertThat(orders.line()).doesNotContain("\n");
    assertThat(Orders.from(orders.line())).isEqualTo(orders);
    assertThat(orders.toString()).doesNotContain("a.b-c", "BEGIN");
    assertThat(Orders.token(Orders.tokenLine("x"))).isEqualTo("x");
  }
}
