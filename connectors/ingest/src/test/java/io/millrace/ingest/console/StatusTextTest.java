package io.millrace.ingest.console;

import static io.millrace.ingest.console.Seen.ago;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StatusTextTest {
  private static final Session OPEN = Seen.session(SessionState.OPEN);

  private static Look busy() {
    return Seen.look(
        List.of(
            Seen.aggregator(1).with(Map.of("relayed", 5000L, "dropped", 0L)),
            Seen.member(Role.PRODUCER, "module-0").with(Map.of("sent", 1234L)),
            Seen.member(Role.LANE, "lane-0", MemberState.STALLED, "the disk\nis full", ago(12))),
        List.of(OPEN),
        List.of(
            Seen.scan(8, ScanState.STREAMING, ago(9)),
            Seen.scan(7, ScanState.INCOMPLETE, ago(300))
                .with(65, 64, 4159, 1, 0, "/data/FOURD_7.h5")));
  }

  /** Two seconds later, in which only the aggregator has gone on. */
  private static Status status() {
    Look now = busy();
    Look before =
        new Look(
            ago(2),
            null,
            List.of(
                Seen.aggregator(1).with(Map.of("relayed", 1720L)),
                Seen.member(Role.PRODUCER, "module-0").with(Map.of("sent", 1234L))),
            now.sessions(),
            now.scans());
    return Status.of("zk:2181", before, now);
  }

  @Test
  void isReadFromAboveWithTheProblemsLast() {
    assertThat(StatusText.of(status()))
        .isEqualTo(
            """
            2026-11-25T03:00:00Z  ZooKeeper zk:2181

            SESSION  STATE  SINCE                 JOB
            s        open   2026-11-25T02:00:00Z  0123

            MEMBER      NAME      SESSION  STATE      SINCE                 PROCESS      COUNTERS         OFFERS                                   REASON
            aggregator  edge      s        streaming  2026-11-25T02:50:00Z  edge01:4711  relayed 1,640/s  lanes 1, producers tcp://127.0.0.1:5560
            producer    module-0  s        streaming  2026-11-25T02:50:00Z  edge01:4711  sent 1,234
            lane        lane-0    s        stalled    2026-11-25T02:59:48Z  edge01:4711                                                            the disk is full

            SCAN                   SESSION  STATE       SINCE                 POSITIONS  COMPLETE  INCOMPLETE  ABSENT  FILE
            8-20261125T025000000Z  s        streaming   2026-11-25T02:59:51Z  65x64
            7-20261125T025000000Z  s        incomplete  2026-11-25T02:55:00Z  65x64      4,159     1           0       /data/FOURD_7.h5

            1 PROBLEM
            * Lane lane-0 (process 4711 on edge01) is stalled for 12 s: the disk is full.
              The job does not take what the lane has received: look for back pressure in Flink's dashboard, and for a full or slow disk (scripts/millrace doctor --output DIR).
            """);
  }

  @Test
  void ofAProducerItIsSaidWhatItKeeps() throws Exception {
    Member plain =
        Seen.offering(
            Seen.member(Role.PRODUCER, "module-0"), Map.of(Member.DELIVERY, Member.UNACKNOWLEDGED));
    Member keeping =
        Seen.offering(
                Seen.member(Role.PRODUCER, "module-1"),
                Map.of(Member.DELIVERY, Member.ACKNOWLEDGED))
            .with(
                Map.of(
                    Member.KEPT,
                    12L,
                    Member.KEPT_BYTES,
                    0L,
                    Member.most(Member.KEPT_BYTES),
                    33_554_432L,
                    Member.SPILLED,
                    3L,
                    Member.SPILLED_BYTES,
                    498_000L));
    Look look = Seen.look(List.of(plain, keeping), List.of(OPEN), List.of());
    Status status = Status.of("zk:2181", Seen.before(look, Duration.ofSeconds(2)), look);
    assertThat(StatusText.of(status))
        .contains(" delivery unacknowledged\n")
        .contains(" kept 12, keptBytes 0 of 33,554,432, spilled 3, spilledBytes 498,000 ")
        .contains(" delivery acknowledged\n");
    JsonNode all = new ObjectMapper().readTree(ConsoleJson.of(status));
    assertThat(all.at("/members/0/offers/delivery").asText()).isEqualTo("unacknowledged");
    assertThat(all.at("/members/1/offers/delivery").asText()).isEqualTo("acknowledged");
    assertThat(all.at("/members/1/counters/keptBytesMost").asLong()).isEqualTo(33_554_432);
    assertThat(all.at("/members/1/rates")).isEmpty();
  }

  @Test
  void nothingIsSaidInFewLines() {
    Look nothing = Seen.look(List.of(), List.of(), List.of());
    assertThat(StatusText.of(Status.of("zk:2181", nothing, nothing)))
        .isEqualTo(
            """
            2026-11-25T03:00:00Z  ZooKeeper zk:2181

            No session is open.

            No member is there.

            No scan yet.

            No problems.
            """);
  }

  @Test
  void ofManyEndedScansTheLastAreShownAndOfClosedSessionsTheirNumber() {
    List<Scan> scans =
        Stream.concat(
                IntStream.range(0, 8)
                    .mapToObj(n -> Seen.scan(20 - n, ScanState.COMPLETE, ago(100 + n))),
                Stream.of(Seen.scan(1, ScanState.STREAMING, ago(5))))
            .toList();
    Look look = Seen.look(Seen.complete(), List.of(OPEN, closed("a"), closed("b")), scans);
    assertThat(StatusText.shown(look))
        .extracting(Scan::number)
        .containsExactly(20L, 19L, 18L, 17L, 16L, 1L);
    assertThat(StatusText.of(Status.of("zk:2181", look, look)))
        .contains("2 closed: scripts/millrace session list")
        .doesNotContain("closed  ")
        .endsWith("No problems.\n");
  }

  private static Session closed(String name) {
    return new Session(1, name, SessionState.CLOSED, ago(9), ago(9), null, Map.of());
  }

  @Test
  void withoutZooKeeperTheLastLookIsShownAsSuch() {
    Look last = busy();
    String text =
        StatusText.of(
            Status.unreachable(
                "zk:2181", Seen.NOW.plusSeconds(30), "the connection is lost", last));
    assertThat(text)
        .startsWith("2026-11-25T03:00:30Z  ZooKeeper zk:2181 does not answer\n")
        .contains("Seen last at 2026-11-25T03:00:00Z:")
        .contains("module-0")
        .contains("ZooKeeper cannot be used: the connection is lost.")
        .contains("scripts/millrace zookeeper");
    assertThat(StatusText.of(Status.unreachable("zk:2181", Seen.NOW, "nobody", null)))
        .doesNotContain("Seen last")
        .contains("1 PROBLEM");
  }

  @Test
  void programsGetTheSame() throws Exception {
    String json = ConsoleJson.of(status());
    assertThat(json).doesNotContain("\n");
    JsonNode all = new ObjectMapper().readTree(json);
    assertThat(all.get("at").asText()).isEqualTo("2026-11-25T03:00:00Z");
    assertThat(all.get("well").asBoolean()).isFalse();
    assertThat(all.get("answers").asBoolean()).isTrue();
    assertThat(all.at("/sessions/0/changed").asText()).isEqualTo("2026-11-25T02:00:00Z");
    assertThat(all.at("/members/0/id").asText())
        .isEqualTo("aggregator-edge-s-edge01-4711-1795572000000");
    assertThat(all.at("/members/0/rates/relayed").asDouble()).isEqualTo(1640);
    assertThat(all.at("/members/0/counters/relayed").asLong()).isEqualTo(5000);
    assertThat(all.at("/members/1/rates")).isEmpty();
    assertThat(all.at("/scans/1/file").asText()).isEqualTo("/data/FOURD_7.h5");
    assertThat(all.at("/problems/0/what").asText()).contains("is stalled for 12 s");
    assertThat(all.at("/problems/0/next").asText()).isNotEmpty();
    JsonNode nobody =
        new ObjectMapper()
            .readTree(ConsoleJson.of(Status.unreachable("zk:2181", Seen.NOW, "nobody", null)));
    assertThat(nobody.get("answers").asBoolean()).isFalse();
    assertThat(nobody.get("well").asBoolean()).isFalse();
    assertThat(nobody.has("members")).isFalse();
  }

  @Test
  void timesAreShort() {
    assertThat(Wording.duration(Duration.ofSeconds(-3))).isEqualTo("0 s");
    assertThat(Wording.duration(Duration.ofSeconds(59))).isEqualTo("59 s");
    assertThat(Wording.duration(Duration.ofSeconds(600))).isEqualTo("10 min");
    assertThat(Wording.duration(Duration.ofSeconds(3725))).isEqualTo("1 h 2 min");
    assertThat(Wording.duration(Duration.ofHours(49))).isEqualTo("2 d 1 h");
  }

  @Test
  void numbersAreReadable() {
    assertThat(Wording.rate(0.25)).isEqualTo("0.3/s");
    assertThat(Wording.rate(12_345.6)).isEqualTo("12,346/s");
    assertThat(Wording.bytes(4_194_304)).isEqualTo("4.2 MB");
    assertThat(Wording.bytes(212_992)).isEqualTo("213 kB");
    assertThat(Wording.bytes(1_234_567_890_123L)).isEqualTo("1,234.6 GB");
  }

  @Test
  void memberWithoutASessionHasAnEmptyCell() {
    Member gateway =
        new Member(
            1,
            Role.GATEWAY,
            "page",
            null,
            "web",
            1,
            1,
            ago(1),
            null,
            MemberState.READY,
            null,
            null,
            null);
    Look look = Seen.look(List.of(gateway), List.of(), List.of());
    assertThat(StatusText.of(Status.of("zk:2181", look, look)))
        .contains("MEMBER   NAME  STATE  PROCESS\ngateway  page  ready  web:1\n");
  }
}
