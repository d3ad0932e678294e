package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What understands a text of the kernel or of another program, a test that gives it a real one, and its fuzz target. A parser that
 * is not in the table fails here.
 */
class SourcesAreTestedTest {
  private static final Path MAIN = Path.of("src/main/java/io/esnode");
  private static final Path TESTS = Path.of("src/test/java/io/esnode");
  private static final List<String> PACKAGES =
      List.of("source", "kernel", "log", "inventory", "process");

  private static final Pattern PARSER = Pattern.compile(
      "implements (?:RowParser|FileLog|Shape)\\b|extends EntityFormat\\b|\\bparse\\((?:byte\\[]|String) ");

  /** These only hand a text to those in the table. */
  private static final Set<String> PLUMBING = Set.of("source/EntityLines", "source/RowParser");

  private static final String SHAPES = "kernel/KernelEventsFuzzTest#record";

  private static final List<String> TABLE = List.of(
      "source/Attribute | source/PublishedTreeTest#portsOfAGpuServerAreRead | source/ParserFuzzTest#attribute",
      "source/AuxiliaryVector | source/AuxiliaryVectorTest#pageSizeIsFoundInEitherByteOrder | source/ParserFuzzTest#auxiliaryVector",
      "source/CgroupIo | source/CgroupSourceTest#groupOfVersion2HasItsNumbers | source/ParserFuzzTest#cgroupIo",
      "source/CgroupNumbers | source/CgroupSourceTest#groupOfVersion1HasItsNumbersFromEveryController | source/ParserFuzzTest#cgroupNumbers",
      "source/CgroupPath | source/CgroupPathTest#jobsOfSlurmInBothVersions | source/ParserFuzzTest#processCgroup",
      "source/ClockSource | source/ClockSourceTest#chronysOffsetIsPositiveWhereTheClockIsBehind | source/ParserFuzzTest#tracking",
      "source/CpuFormat | source/CapturedTextTest#cpus | source/ParserFuzzTest#cpu",
      "source/DiskFormat | source/CapturedTextTest#disks | source/ParserFuzzTest#disk",
      "source/HardwareSources | source/HardwareSourcesTest#filesStayOpenAndAreClosedAtTheEnd | source/ParserFuzzTest#limits",
      "source/InterruptFormat | source/HostDetailSourcesTest#interruptsAreSummedOverCpus | source/ParserFuzzTest#interrupts",
      "source/InterruptTotals | source/HostDetailSourcesTest#interruptsAreSummedOverCpus | source/ParserFuzzTest#interrupts",
      "source/Inventory | source/InventoryTest#factsAreReadFromTheirFiles | source/ParserFuzzTest#inventory",
      "source/JobEnvironment | source/JobEnvironmentTest#processThatRunsIsRead | source/ParserFuzzTest#jobEnvironment",
      "source/KernelClockSource | source/ClockSourceTest#kernelsOwnStateIsReadFromEitherProgram | source/ParserFuzzTest#clockPrograms",
      "source/PtpSource | source/ClockSourceTest#clockThatFollowsAMasterHasItsOffset | source/ParserFuzzTest#clockPrograms",
      "source/TimesyncMessage | source/ClockSourceTest#timedatectlSaysMoreOfTimesyncd | source/ParserFuzzTest#clockPrograms",
      "source/KeyedLines | source/CapturedTextTest#memory | source/ParserFuzzTest#meminfo",
      "source/LoadAverage | source/CapturedTextTest#loadAndThreads | source/ParserFuzzTest#loadavg",
      "source/Mount | source/MountTest#capturedHostHasItsRootAndSharedMemory | source/ParserFuzzTest#mounts",
      "source/NetFormat | source/CapturedTextTest#interfaces | source/ParserFuzzTest#net",
      "source/NumberList | source/HostDetailParsersTest#numbersAreListedAsRanges | source/ParserFuzzTest#numberList",
      "source/NumberedLine | source/HostDetailSourcesTest#openFilesAndLimitsOfTheKernel | source/ParserFuzzTest#numberedLine",
      "source/OpenGpus | source/TopProcessesTest#holderOfAGpuHasARowThatSaysWhich | source/ParserFuzzTest#openGpu",
      "source/Pressure | source/CapturedTextTest#pressureOfAllThree | source/ParserFuzzTest#pressure",
      "source/ProcessCgroup | source/CgroupPathTest#lineThatSaysMostIsTaken | source/ParserFuzzTest#processCgroup",
      "source/ProcessStat | source/CapturedTextTest#process | source/ParserFuzzTest#processStat",
      "source/ProtocolCounters | source/HostDetailParsersTest#everyCounterIsFoundOnLinux618 | source/ParserFuzzTest#netstat",
      "source/SchedFormat | source/HostDetailParsersTest#timeOfTasksIsTheLastThreeFields | source/ParserFuzzTest#schedstat",
      "source/SingleNumber | source/HostDetailSourcesTest#frequencyIsInKilohertz | source/ParserFuzzTest#numberedLine",
      "source/SocketCounts | source/HostDetailParsersTest#everyCounterIsFoundOnLinux618 | source/ParserFuzzTest#sockstat",
      "source/SoftnetLines | source/HostDetailParsersTest#packetsAreHexadecimalAndTheLineNamesItsCpu | source/ParserFuzzTest#softnet",
      "source/StatFields | source/CapturedTextTest#process | source/ParserFuzzTest#statFields",
      "kernel/KernelRecord | kernel/PublishedKernelLogTest#recordsOfTheDeviceAreUnderstood | "
          + SHAPES,
      "kernel/AerShape | kernel/KernelShapesTest#busErrorsHaveAddressAndSeverity | " + SHAPES,
      "kernel/AuditLossShape | kernel/KernelLogTest#auditRecordsTheKernelLostAreAGapOfTheAuditTable | "
          + SHAPES,
      "kernel/DriverShape | kernel/KernelShapesTest#driverVersionsAreRead | " + SHAPES,
      "kernel/GpuLostShape | kernel/KernelShapesTest#lostGpuIsKnownWithoutAnXid | " + SHAPES,
      "kernel/HardwareErrorShape | kernel/KernelShapesTest#hardwareErrorsOfTheHostAreNamed | "
          + SHAPES,
      "kernel/NetLinkShape | kernel/KernelShapesTest#networkLinksNameInterfaceAndState | " + SHAPES,
      "kernel/OomShape | kernel/KernelShapesTest#memoryKillsNameTheProcess | " + SHAPES,
      "kernel/PcieLinkShape | kernel/KernelShapesTest#pcieLinkTroubleIsNamed | " + SHAPES,
      "kernel/StallShape | kernel/KernelShapesTest#hungTaskMayHaveColonsInItsName | " + SHAPES,
      "kernel/SxidShape | kernel/KernelShapesTest#labelledLinesAreReadAsLabelled | " + SHAPES,
      "kernel/XidShape | kernel/KernelShapesTest#labelledLinesAreReadAsLabelled | " + SHAPES,
      "log/AuditJson | log/AuditJsonTest#recordHasTheColumnsOfTheAuditTable | log/LogFuzzTest#line",
      "log/AuditLog | log/AuditLogTest#recordsOfManyKernelsAreRead | log/LogFuzzTest#line",
      "log/AuditRecord | log/AuditLogTest#fieldsAreReadAsAuditdWritesThem | log/LogFuzzTest#line",
      "log/JournalExport | log/JournalTest#exportOfJournaldIsRead | log/LogFuzzTest#journal",
      "log/SelEntry | log/BmcLogTest#entriesAreRows | log/LogFuzzTest#selEntry",
      "log/MlLogRows | log/MlLogTest#publishedResultsAreRead | log/LogFuzzTest#mlLog",
      "log/MarkedLines | log/MlLogTest#bytesMayComeInAnyPieces | log/LogFuzzTest#mlLog",
      "inventory/KernelFacts | inventory/InventoryWatchTest#modulesTaintAndGuardsAreFacts | inventory/InventoryFuzzTest#texts",
      "inventory/ListeningSockets | inventory/ListeningSocketsTest#capturedSocketsAreNamed | inventory/InventoryFuzzTest#texts",
      "inventory/SocketOwners | inventory/ListeningSocketsTest#socketOfThisProcessIsFound | inventory/InventoryFuzzTest#texts",
      "inventory/WatchedFile | inventory/InventoryWatchTest#certificateIsItsDigestAndTermAndNotItsName | inventory/InventoryFuzzTest#texts");

  static Stream<String[]> table() {
    return TABLE.stream().map(line -> line.split(" \\| "));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void parserHasARealTextAndAFuzzTarget(String parser, String captured, String fuzz) {
    assertThat(MAIN.resolve(parser + ".java")).exists();
    assertThat(method(captured)).as(captured).isTrue();
    assertThat(method(fuzz)).as(fuzz).isTrue();
    assertThat(text(file(fuzz))).contains("@FuzzTest");
  }

  @Test
  void everyParserIsInTheTable() throws IOException {
    Set<String> listed =
        table().map(line -> line[0]).collect(Collectors.toCollection(TreeSet::new));
    Set<String> found = new TreeSet<>();
    for (String part : PACKAGES) {
      try (Stream<Path> files = Files.list(MAIN.resolve(part))) {
        files
            .filter(file -> PARSER.matcher(text(file)).find())
            .map(file -> MAIN.relativize(file).toString().replace(".java", ""))
            .filter(name -> !PLUMBING.contains(name))
            .forEach(found::add);
      }
    }

    assertThat(listed).containsAll(found);
    assertThat(found).hasSizeGreaterThan(30);
  }

  private static Path file(String test) {
    return TESTS.resolve(test.substring(0, test.indexOf('#')) + ".java");
  }

  private static boolean method(String test) {
    return text(file(test)).contains("void " + test.substring(test.indexOf('#') + 1) + "(");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
