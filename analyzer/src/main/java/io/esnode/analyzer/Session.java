package io.esnode.analyzer;

import io.esnode.bundle.BundleException;
import io.esnode.bundle.BundleFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * DuckDB, confined to the bundles and one spill directory, with the views of {@link Views}. One thread, because sums of
 * reals and row order would otherwise differ from run to run. Not thread-safe.
 */
final class Session implements AutoCloseable {
  /** Settings that can influence a result, for the ledger. */
  static final Map<String, String> SETTINGS = Map.of("threads", "1", "TimeZone", "UTC");

  private final Connection connection;
  private final List<VerifiedBundle> bundles;
  private final List<Views.Input> inputs;
  private final Path spill;

  private Session(
      Connection connection, List<VerifiedBundle> bundles, List<Views.Input> inputs, Path spill) {
    this.connection = connection;
    this.bundles = bundles;
    this.inputs = inputs;
    this.spill = spill;
  }

  /**
   * Opens bundles that have been verified.
   *
   * @param memoryMb of the engine; beyond it, it spills
   * @throws BundleException if one of them is no bundle, or two are the same
   */
  static Session open(List<VerifiedBundle> verified, int memoryMb) throws IOException {
    List<VerifiedBundle> bundles =
        verified.stream().sorted(Comparator.comparing(VerifiedBundle::sha256)).toList();
    List<Views.Input> inputs = new ArrayList<>();
    for (VerifiedBundle one : bundles) {
      int ordinal = inputs.size();
      if (ordinal > 0 && inputs.get(ordinal - 1).sha256().equals(one.sha256())) {
        throw new BundleException("%s: the same recording was given twice (SHA-256 %s)"
            .formatted(one.bundle().file(), one.sha256()));
      }
      inputs.add(new Views.Input(
          ordinal,
          one.bundle().name(),
          one.sha256(),
          one.bundle().readPath().toString(),
          BundleFile.read(one.bundle().file().toString(), one.bundle().channel())));
    }
    Path spill = Files.createTempDirectory("esnode-spill").toRealPath();
    try {
      Connection connection = confined(inputs, spill, memoryMb);
      try {
        Views.create(connection, inputs);
        return new Session(connection, bundles, inputs, spill);
      } catch (SQLException | IOException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      remove(spill);
      throw new BundleException(
          "%s: DuckDB cannot read it: %s".formatted(names(bundles), firstLine(e)), e);
    } catch (IOException | RuntimeException e) {
      remove(spill);
      throw e;
    }
  }

  Connection connection() {
    return connection;
  }

  List<Views.Input> inputs() {
    return inputs;
  }

  List<VerifiedBundle> bundles() {
    return bundles;
  }

  /** All file names, for messages. */
  String names() {
    return names(bundles);
  }

  /** The engine's own word for its version. */
  String engineVersion() throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery("SELECT version()")) {
      row.next();
      return row.getString(1);
    }
  }

  /** Refuses if any of the files is no longer what was verified. */
  void requireUnchanged() throws BundleChangedException {
    for (VerifiedBundle one : bundles) {
      one.bundle().requireUnchanged();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IOException("DuckDB could not be closed: " + firstLine(e), e);
    } finally {
      remove(spill);
    }
  }

  /** First line of what the engine said. */
  static String firstLine(SQLException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }

  /** A value that no machine has, put there by whoever wrote the file, must not silence everything else. */
  static boolean outOfRange(SQLException e) {
    String line = firstLine(e);
    return line.startsWith("Out of Range Error") || line.startsWith("Conversion Error");
  }

  private static Connection confined(List<Views.Input> inputs, Path spill, int memoryMb)
      throws SQLException {
    List<String> paths = inputs.stream().map(i -> Views.text(i.readPath())).toList();
    String directory = Views.text(spill + "/");
    Map<String, String> settings = new LinkedHashMap<>();
    SETTINGS.forEach((name, value) -> settings.put(name, Views.text(value)));
    // In this order: paths first, then the switches, and last the lock.
    settings.put("allowed_paths", "[" + String.join(", ", paths) + "]");
    settings.put("allowed_directories", "[" + directory + "]");
    settings.put("temp_directory", directory);
    settings.put("memory_limit", "'" + memoryMb + "MB'");
    settings.put("autoinstall_known_extensions", "false");
    settings.put("autoload_known_extensions", "false");
    settings.put("allow_community_extensions", "false");
    settings.put("allow_unsigned_extensions", "false");
    // Every view opens the file again; its footer is parsed once.
    settings.put("parquet_metadata_cache", "true");
    settings.put("enable_external_access", "false");
    settings.put("lock_configuration", "true");
    Connection connection = DriverManager.getConnection("jdbc:duckdb:", new Properties());
    try (Statement sql = connection.createStatement()) {
      for (Map.Entry<String, String> setting : settings.entrySet()) {
        sql.execute("SET %s = %s".formatted(setting.getKey(), setting.getValue()));
      }
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static String names(List<VerifiedBundle> bundles) {
    return String.join(
        ", ", bundles.stream().map(b -> b.bundle().file().toString()).toList());
  }

  private static void remove(Path directory) throws IOException {
    Files.walkFileTree(directory, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
          throws IOException {
        Files.delete(file);
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult postVisitDirectory(
          Path visited, java.io.@org.jspecify.annotations.Nullable IOException e)
          throws IOException {
        Files.delete(visited);
        return FileVisitResult.CONTINUE;
      }
    });
  }
}
