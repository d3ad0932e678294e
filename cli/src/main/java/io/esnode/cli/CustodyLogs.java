package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.custody.CustodyLog;
import io.esnode.report.Handover;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The custody logs that lie beside the files that a report is made from.
 *
 * @param inputs the logs themselves: the report was made from them too
 * @param exit that they lead to
 */
record CustodyLogs(List<Handover> handovers, List<Provenance.Input> inputs, int exit) {
  CustodyLogs {
    handovers = List.copyOf(handovers);
    inputs = List.copyOf(inputs);
  }

  static CustodyLogs of(List<Path> files, TrustOptions trust) {
    List<Handover> handovers = new ArrayList<>();
    List<Provenance.Input> inputs = new ArrayList<>();
    int exit = ExitCode.OK;
    Instant now = Instant.now();
    for (Path file : files) {
      if (!CustodyLog.exists(file) || !Files.isRegularFile(file)) {
        continue;
      }
      Path beside = CustodyLog.of(file);
      try {
        inputs.add(new Provenance.Input(String.valueOf(beside.getFileName()), Sha256.hex(beside)));
        CustodyLog log = CustodyLog.read(
            file, Sha256.hex(file), CustodyText.verifier(trust, Home.of(System.getenv()), now));
        handovers.addAll(CustodyText.handovers(file, log));
        exit = ExitCode.worst(exit, log.exit());
      } catch (IOException e) {
        throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
      }
    }
    return new CustodyLogs(handovers, inputs, exit);
  }
}
