package io.esnode.remote;

import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that behaves as the one that speaks HTTP does, or does not: {@code echoes} each line it is told as a row, {@code
 * crashes} after its orders, falls {@code silent} and deaf, or talks {@code garbage}.
 */
final class PretendRemote {
  private PretendRemote() {}

  public static void main(String[] args) throws IOException {
    FileOutputStream raw = new FileOutputStream(FileDescriptor.out);
    WireWriter out = new WireWriter(raw.getChannel());
    BufferedReader lines = new BufferedReader(
        new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
    out.write(new Message.Hello(WireWriter.VERSION, Map.of()));
    String orders = lines.readLine();
    if (args[0].equals("garbage")) {
      raw.write(new byte[] {-1, -1, -1, -1, -1, -1, -1});
      Runtime.getRuntime().halt(1);
    }
    out.alive(0, System.nanoTime(), 0, 0, 0);
    if (args[0].equals("crashes")) {
      out.write(row(
          "gap", Map.of("metric", "app", "reason", "open when it died"), Map.of("from_ts", 1L)));
      Runtime.getRuntime().halt(134);
    }
    if (args[0].equals("silent")) {
      LockSupport.park();
    }
    for (String line = orders; line != null && !line.equals("quit"); line = lines.readLine()) {
      out.write(row("event", Map.of("text", line), Map.of()));
    }
  }

  private static Message.Note row(
      String table, Map<String, String> texts, Map<String, Long> numbers) {
    return new Message.Note(
        table, "node", "", "live", null, 1_781_000_600_000_000L, System.nanoTime(), texts, numbers);
  }
}
