package io.esnode.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever an endpoint answers, reading it ends, within the limits and without an exception. */
class ExpositionFuzzTest {
  private static final String TEXT =
      "# TYPE a counter\na_total{b=\"c\\n\",d=\"\"} 1.5e3 1395066363000\na_bucket{le=\"+Inf\"} 1 # {t=\"x\"} 1 1.5\n# EOF\n";
  private static final ExpositionLimits LIMITS = new ExpositionLimits(5, 2, 16, 16);

  @FuzzTest
  void text(byte[] data) {
    check(data);
    int cut = data.length == 0 ? 0 : (data[0] & 0xff) % TEXT.length();
    check((TEXT.substring(0, cut) + new String(data, UTF_8) + TEXT.substring(cut)).getBytes(UTF_8));
  }

  private static void check(byte[] data) {
    for (boolean openMetrics : new boolean[] {true, false}) {
      Exposition read = ExpositionReader.read(data, openMetrics, LIMITS);
      assertThat(read.samples()).hasSizeLessThanOrEqualTo(5);
      for (Sample sample : read.samples()) {
        assertThat(sample.name()).matches("[a-zA-Z_:][a-zA-Z0-9_:]{0,15}");
        assertThat(sample.labels()).hasSizeLessThanOrEqualTo(2);
        sample.labels().values().forEach(value -> assertThat(value).hasSizeLessThan(17));
      }
    }
  }
}
