package io.esnode.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of this build, as the jar's manifest has it. */
final class Version implements IVersionProvider {
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"esnode " + text()};
  }
}
