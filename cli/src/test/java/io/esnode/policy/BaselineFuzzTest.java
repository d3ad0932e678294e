package io.esnode.policy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.json.JsonException;

class BaselineFuzzTest {
  @FuzzTest
  void anyBytesAreBaselineOrJsonException(byte[] data) {
    try {
      Baseline.parse(data);
    } catch (JsonException refused) {
      return;
    }
  }
}
