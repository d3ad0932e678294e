package io.esnode.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;
import java.util.UUID;

/** The house of {@code docs/concepts/architecture.md}, held by the build. */
@AnalyzeClasses(packages = "io.esnode", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] BUNDLE = {
    "io.esnode.json..",
    "io.esnode.metric..",
    "io.esnode.bundle..",
    "io.esnode.ledger..",
    "io.esnode.signature..",
    "io.esnode.seal.."
  };
  private static final String[] NVML_CAPTURE = {
    "io.esnode.nvml..", "io.esnode.wire..", "io.esnode.timeline..", "io.esnode.capture.."
  };
  private static final String[] RECORDER = {
    "io.esnode.source..",
    "io.esnode.spool..",
    "io.esnode.gpu..",
    "io.esnode.kernel..",
    "io.esnode.inventory..",
    "io.esnode.trigger..",
    "io.esnode.log..",
    "io.esnode.process..",
    "io.esnode.child..",
    "io.esnode.web..",
    "io.esnode.exposition..",
    "io.esnode.kubernetes..",
    "io.esnode.remote..",
    "io.esnode.witness..",
    "io.esnode.recorder.."
  };
  private static final String[] SIGNER = {
    "io.esnode.signer..",
    "io.esnode.custody..",
    "io.esnode.stamp..",
    "io.esnode.keyfile..",
    "io.esnode.keyless..",
    "io.esnode.merkle..",
    "io.esnode.note.."
  };
  private static final String[] ANALYZER = {
    "io.esnode.analyzer..", "io.esnode.rule..", "io.esnode.knowledge.."
  };
  private static final String[] REPORTS = {"io.esnode.report.."};
  private static final String[] CLI = {
    "io.esnode.cli..",
    "io.esnode.doctor..",
    "io.esnode.policy..",
    "io.esnode.scenario..",
    "io.esnode.toml..",
    "io.esnode.tsa..",
    "io.esnode.yaml.."
  };

  @ArchTest
  static final ArchRule packagesAreFreeOfCycles =
      slices().matching("io.esnode.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule everyPackageBelongsToAModule = classes()
      .should()
      .resideInAnyPackage(join(BUNDLE, NVML_CAPTURE, RECORDER, SIGNER, ANALYZER, REPORTS, CLI));

  @ArchTest
  static final ArchRule bundleKnowsNoOtherModule =
      knowsNothingOf(BUNDLE, join(NVML_CAPTURE, RECORDER, SIGNER, ANALYZER, REPORTS, CLI));

  @ArchTest
  static final ArchRule nvmlCaptureKnowsNoOtherModule =
      knowsNothingOf(NVML_CAPTURE, join(BUNDLE, RECORDER, SIGNER, ANALYZER, REPORTS, CLI));

  @ArchTest
  static final ArchRule recorderKnowsBundleAndNvmlCapture =
      knowsNothingOf(RECORDER, join(SIGNER, ANALYZER, REPORTS, CLI));

  @ArchTest
  static final ArchRule signerKnowsBundleOnly =
      knowsNothingOf(SIGNER, join(NVML_CAPTURE, RECORDER, ANALYZER, REPORTS, CLI));

  @ArchTest
  static final ArchRule analyzerKnowsBundleOnly =
      knowsNothingOf(ANALYZER, join(NVML_CAPTURE, RECORDER, SIGNER, REPORTS, CLI));

  @ArchTest
  static final ArchRule reportsKnowsBundleOnly =
      knowsNothingOf(REPORTS, join(NVML_CAPTURE, RECORDER, SIGNER, ANALYZER, CLI));

  @ArchTest
  static final ArchRule parquetLivesInBundle = livesOnlyIn(
      new String[] {"io.esnode.bundle.."}, "org.apache.parquet..", "com.github.luben..");

  @ArchTest
  static final ArchRule jacksonLivesInJson =
      livesOnlyIn(new String[] {"io.esnode.json.."}, "com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule sqlLivesInAnalyzer = livesOnlyIn(ANALYZER, "org.duckdb..", "java.sql..");

  @ArchTest
  static final ArchRule renderingLivesInReports = livesOnlyIn(
      REPORTS,
      "freemarker..",
      "com.openhtmltopdf..",
      "org.apache.pdfbox..",
      "org.apache.fontbox..");

  @ArchTest
  static final ArchRule nativeCallsLiveInNvml =
      livesOnlyIn(new String[] {"io.esnode.nvml.."}, "com.sun.jna..");

  @ArchTest
  static final ArchRule yamlLivesInYaml =
      livesOnlyIn(new String[] {"io.esnode.yaml.."}, "org.snakeyaml..", "org.yaml..");

  @ArchTest
  static final ArchRule tlsAndConnectionsLiveInWeb = livesOnlyIn(
      new String[] {"io.esnode.web..", "io.esnode.tsa.."},
      "javax.net.ssl..",
      "java.net.http..",
      "sun.net..");

  /** Verifying asks nobody. */
  @ArchTest
  static final ArchRule onlyStampAsksAnAuthority = noClasses()
      .that()
      .resideOutsideOfPackage("io.esnode.tsa..")
      .and()
      .doNotHaveFullyQualifiedName("io.esnode.cli.StampCommand")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("io.esnode.tsa..");

  @ArchTest
  static final ArchRule bouncyCastleLivesInSigner = livesOnlyIn(SIGNER, "org.bouncycastle..");

  /** What the recorder itself runs of it speaks no HTTP. */
  @ArchTest
  static final ArchRule onlyTheChildSpeaksHttp = noClasses()
      .that()
      .resideOutsideOfPackages(
          "io.esnode.web..", "io.esnode.exposition..", "io.esnode.kubernetes..")
      .and()
      .doNotHaveFullyQualifiedName("io.esnode.remote.RemoteProcess")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("io.esnode.web..", "io.esnode.exposition..", "io.esnode.kubernetes..");

  @ArchTest
  static final ArchRule commandLineLivesInCli = livesOnlyIn(CLI, "picocli..");

  @ArchTest
  static final ArchRule signingCoreUsesTheJdkAlone = noClasses()
      .that()
      .resideInAnyPackage(
          "io.esnode.signer", "io.esnode.custody", "io.esnode.merkle", "io.esnode.note")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("org.bouncycastle..", "dev.sigstore..", "com.google..");

  @ArchTest
  static final ArchRule sigstoreLivesInKeyless =
      livesOnlyIn(new String[] {"io.esnode.keyless.."}, "dev.sigstore..", "com.google..");

  @ArchTest
  static final ArchRule nothingOfHadoopRuns =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("org.apache.hadoop..");

  @ArchTest
  static final ArchRule onlyCliPrints =
      noClasses().that().resideOutsideOfPackages(CLI).should(ACCESS_STANDARD_STREAMS);

  /** A figure must not depend on when, where and by whom it is computed. Only the clock port reads the clock. */
  @ArchTest
  static final ArchRule evidenceCodeNamesItsClockZoneLocaleAndCharset = noClasses()
      .that()
      .resideOutsideOfPackages(CLI)
      .should()
      .callMethod(Instant.class, "now")
      .orShould()
      .callMethod(LocalDate.class, "now")
      .orShould()
      .callMethod(LocalDateTime.class, "now")
      .orShould()
      .callMethod(System.class, "currentTimeMillis")
      .orShould()
      .callConstructor(Date.class)
      .orShould()
      .callMethod(ZoneId.class, "systemDefault")
      .orShould()
      .callMethod(TimeZone.class, "getDefault")
      .orShould()
      .callMethod(Locale.class, "getDefault")
      .orShould()
      .callMethod(Charset.class, "defaultCharset")
      .orShould()
      .callMethod(UUID.class, "randomUUID")
      .orShould()
      .callMethod(Math.class, "random")
      .orShould()
      .callMethod(String.class, "format", String.class, Object[].class)
      .orShould()
      .callMethod(String.class, "toLowerCase")
      .orShould()
      .callMethod(String.class, "toUpperCase")
      .orShould()
      .callMethod(String.class, "getBytes")
      .orShould()
      .callConstructor(String.class, byte[].class);

  private static ArchRule knowsNothingOf(String[] module, String[] others) {
    return noClasses()
        .that()
        .resideInAnyPackage(module)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others);
  }

  private static ArchRule livesOnlyIn(String[] home, String... library) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(home)
        .should(accessClassesThat(resideInAnyPackage(library)))
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(library);
  }

  private static String[] join(String[]... parts) {
    return java.util.Arrays.stream(parts).flatMap(java.util.Arrays::stream).toArray(String[]::new);
  }
}
