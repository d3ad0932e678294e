package io.esnode.json;

import com.code_intelligence.jazzer.junit.FuzzTest;

class JsonFuzzTest {
  /** Either refused, or one value whose written form reads back as itself. */
  @FuzzTest
  void objectReadsBackAsItself(byte[] data) {
    Json.Obj object;
    try {
      object = JsonReader.object(data);
    } catch (JsonException refused) {
      return;
    }
    String written;
    try {
      written = object.canonical();
    } catch (IllegalStateException real) {
      return; // a real number: read exactly, never written
    }
    try {
      if (!JsonReader.object(written).canonical().equals(written)) {
        throw new AssertionError("written form changed: " + written);
      }
    } catch (JsonException e) {
      throw new AssertionError("written form refused: " + written, e);
    }
  }
}
