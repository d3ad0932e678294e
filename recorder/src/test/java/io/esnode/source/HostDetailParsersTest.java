package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostDetailParsersTest {
  private final Table tcp = Registry.get().table("tcp");
  private final Row row = new Row(tcp, "node");
  private final ProtocolCounters snmp = new ProtocolCounters(tcp, "/proc/net/snmp");
  private final ProtocolCounters netstat = new ProtocolCounters(tcp, "/proc/net/netstat");
  private final SocketCounts sockstat = new SocketCounts(tcp);
  private final Table softnetTable = Registry.get().table("softnet");
  private final SoftnetLines softnet = new SoftnetLines(softnetTable);
  private final Table schedTable = Registry.get().table("sched");
  private final EntityLines sched = new EntityLines(schedTable, new SchedFormat(schedTable));

  @Test
  void everyCounterIsFoundOnLinux618() {
    assertThat(Cells.parse(snmp, row, Cells.captured("linux-6.18/proc/net/snmp")))
        .hasSize(snmp.columns().length);
    assertThat(Cells.parse(netstat, row, Cells.captured("linux-6.18/proc/net/netstat")))
        .hasSize(netstat.columns().length);
    assertThat(Cells.parse(sockstat, row, Cells.captured("linux-6.18/proc/net/sockstat")))
        .hasSize(sockstat.columns().length);
  }

  @Test
  void counterIsFoundByItsNameWhereverItStands() {
    Cells.parse(netstat, row, "TcpExt: ListenDrops TCPTimeouts\nTcpExt: 1 2\n");

    assertThat(Cells.parse(
            netstat,
            row,
            "TcpExt: New TCPTimeouts ListenDrops\nTcpExt: 9 3 4\nIpExt: A\nIpExt: 1\n"))
        .containsOnly(Map.entry("tcp_timeouts_count", 3L), Map.entry("listen_drops_count", 4L));
  }

  @Test
  void sameNameOfAnotherProtocolIsAnotherCounter() {
    assertThat(Cells.parse(
            snmp,
            row,
            "Udp: InErrors\nUdp: 7\nUdpLite: InErrors\nUdpLite: 8\nIcmp: InErrors\nIcmp: 9\n"))
        .containsOnly(Map.entry("udp_in_errors_count", 7L));
  }

  @Test
  void namesWithoutNumbersAreNoCounters() {
    assertThat(Cells.parse(snmp, row, "Tcp: InSegs\nUdp: NoPorts\nUdp: 5\n"))
        .containsOnly(Map.entry("udp_no_ports_count", 5L));
  }

  @Test
  void negativeCounterIsAbsentWithReason() {
    assertThat(Cells.parse(snmp, row, "Tcp: InSegs OutSegs\nTcp: -1 5\n"))
        .containsOnly(Map.entry("out_segs_count", 5L));
    assertThat(row.reason(tcp.indexOf("in_segs_count")))
        .isEqualTo("/proc/net/snmp Tcp InSegs: not a decimal number");
  }

  @Test
  void memoryOfSocketsIsInPages() {
    assertThat(Cells.parse(
            sockstat, row, "TCP: inuse 4 orphan 0 tw 4 alloc 5 mem 1\nUDP: inuse 0 mem 2\n"))
        .containsEntry("tcp_mem_pages", 1L)
        .containsEntry("udp_mem_pages", 2L)
        .containsEntry("tcp_tw_count", 4L)
        .hasSize(7);
  }

  private Map<String, Map<String, Long>> softnet(String text, List<Integer> online) {
    byte[] bytes = text.getBytes(UTF_8);
    softnet.parse(bytes, bytes.length, null, () -> online);
    return Cells.of(softnet.rows());
  }

  @Test
  void packetsAreHexadecimalAndTheLineNamesItsCpu() {
    Map<String, Map<String, Long>> rows = softnet("""
        00009fbd 00000001 00000010 00000000 00000000 00000000 00000000 00000000 00000000 00000002 00000003 00000004 00000002 00000000 00000000
        00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000005 00000000 00000000
        """, List.of());

    assertThat(rows.keySet()).containsExactly("cpu:2", "cpu:5");
    assertThat(rows.get("cpu:2"))
        .containsOnly(
            Map.entry("processed_packets", 40893L),
            Map.entry("dropped_packets", 1L),
            Map.entry("time_squeeze_count", 16L),
            Map.entry("received_rps_count", 2L),
            Map.entry("flow_limit_count", 3L),
            Map.entry("backlog_packets", 4L));
  }

  @Test
  void linesBeforeLinux510AreThoseOfTheCpusOnline() {
    String line = "0000000a 0 0 0 0 0 0 0 0 0 0\n";

    assertThat(softnet(line + line, List.of(0, 3)).keySet()).containsExactly("cpu:0", "cpu:3");
    assertThat(softnet(line + line, List.of(0, 3)).get("cpu:3"))
        .containsEntry("processed_packets", 10L)
        .doesNotContainKey("backlog_packets");
  }

  @Test
  void linesOfUnknownCpusAreNotAssigned() {
    assertThat(softnet("a 0 0 0 0 0 0 0 0 0 0\n", List.of(0, 1))).isEmpty();
    assertThat(softnet.problem())
        .isEqualTo("/proc/net/softnet_stat: 1 lines, but it cannot be told of which CPUs");
  }

  @Test
  void rowsOfSoftnetStayWhileTheCpusDo() {
    softnet("1 0 0 0 0 0 0 0 0 0 0 0 0\n", List.of());
    List<Row> rows = softnet.rows();

    softnet("2 0 0 0 0 0 0 0 0 0 0 0 0\n", List.of());

    assertThat(softnet.rows()).isSameAs(rows);
    assertThat(Cells.of(rows.get(0))).containsEntry("processed_packets", 2L);
  }

  private Map<String, Map<String, Long>> sched(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    sched.parse(bytes, bytes.length, null);
    return Cells.of(sched.rows());
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17})
  void timeOfTasksIsTheLastThreeFields(int version) {
    assertThat(sched("version %d\ntimestamp 1\ncpu3 1 0 2 3 4 5 700 800 9\ndomain0 1 2\n"
            .formatted(version)))
        .containsOnly(Map.entry(
            "cpu:3", Map.of("running_ns", 700L, "run_delay_ns", 800L, "timeslices_count", 9L)));
  }

  @ParameterizedTest
  @CsvSource({
    "version 14, /proc/schedstat: version 14 is not known",
    "version 18, /proc/schedstat: version 18 is not known",
    "timestamp 5, /proc/schedstat: no version in its first line"
  })
  void fieldsOfAnotherVersionAreNotGuessed(String first, String reason) {
    assertThat(sched(first + "\ncpu0 1 0 2 3 4 5 700 800 9\n").get("cpu:0")).isEmpty();
    assertThat(sched.rows().get(0).reason(0)).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0         | [0]",
        "0-3       | [0, 1, 2, 3]",
        "0-1,4,6-7 | [0, 1, 4, 6, 7]",
        "''        | []",
        "3-1       | []",
        "1,0       | []",
        "0-8192    | []",
        "0x1       | []",
        "0-1-2     | []"
      })
  void numbersAreListedAsRanges(String list, String numbers) {
    byte[] text = (list + "\n").getBytes(UTF_8);

    assertThat(NumberList.parse(text, text.length)).hasToString(numbers);
    assertThat(NumberList.parse(text, text.length - 1)).isEmpty();
  }

  private static String totals(String text) {
    InterruptTotals totals = new InterruptTotals();
    byte[] bytes = text.getBytes(UTF_8);
    totals.begin();
    totals.take(bytes, bytes.length);
    totals.end();
    return new String(totals.text(), 0, totals.length(), UTF_8);
  }

  @Test
  void interruptsAreAddedUpWithoutTheirDescription() {
    assertThat(totals("""
                       CPU0       CPU1
              4:          0       1443   IO-APIC   4-edge      ttyS0
             11:          5          6     GICv3  27 Level     arch_timer
            LOC:    4969964    4954616   Local timer interrupts
            IPI0:         1          2       Rescheduling interrupts
            ERR:          0
            """)).isEqualTo("4 1443\n11 11\nLOC 9924580\nIPI0 3\nERR 0\n");
  }

  @Test
  void lineWithTooFewNumbersIsNotAddedUp() {
    assertThat(totals("CPU0 CPU1 CPU2\n 4: 1 2 x\n 5: 1 x\nNMI: 1 2\nMIS: 7\n"))
        .isEqualTo("MIS 7\n");
  }
}
