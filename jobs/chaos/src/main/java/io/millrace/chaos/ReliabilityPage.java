package io.millrace.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * docs/RELIABILITY.md: what was done to the system, and what came of it.
 *
 * @param command that made it
 * @param commit the version of the repository
 * @param settings what the system was started with
 */
record ReliabilityPage(String command, String commit, Settings settings) {

  /** Writes the page. */
  void write(Path file, Tally tally) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Files.writeString(file, text(tally, Instant.now()));
  }

  /** The page. */
  String text(Tally tally, Instant now) {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # What is lost when a part dies

        Made by `scripts/chaos`; not written by hand.

        ```sh
        %s
        ```

        Commit %s, %s, %d processors.

        **%s.**

        ## What was done

        The real system on one machine: ZooKeeper, two Flink JobManagers of which one leads, two TaskManagers of
        which one could do all the work, the aggregator, the counting job with checkpoints, and a producer a scan. One
        scan a round: %s positions and the flyback column, %d frames at %s frames/s, %s undisturbed. In mid-scan one
        part was hit, at a time and in a way that the seed %d chose:

        * kill: SIGKILL. Up to 5 s later a supervisor starts the part again, with the same command line and data:
          `scripts/flink mend` for Flink's parts
        * pause: SIGSTOP, and up to %s later SIGCONT
        * cut: the producer's connections to the aggregator, or the aggregator's to the lanes, are reset, and new ones
          refused for up to %s

        Then the scan's file was held event for event against what the camera had sent, and the scan's state against what
        ZooKeeper has. *Lost* events were sent and are not in the file; *doubled* ones are in the file and were not sent, or
        are there twice. A round *hangs* if its scan has not ended after %d s. The thresholds were given, so no scan waited
        for its calibration. `--scan-timeout`, `--retained-timeout`, `--announce-timeout` and `--stall-timeout` were %d s. A
        producer that is started again takes the whole scan from its source once more. A camera cannot do that: there
        `--retain disk` and `millrace replay` are needed, which these rounds do not try (`RetainedScanIT` does).

        *Recovery* is the time from the fault to the first new frame counted behind the standstill that it caused (which may
        begin later: Flink's tasks go on for seconds without a JobManager), without the length of a pause or cut. It is seen to
        about a second.

        ## What came of it

        | part | what was done | whole scans | recovery, median | worst |
        |---|---|---|---|---|
        """
            .formatted(
                command,
                commit,
                now.toString().substring(0, 10),
                Runtime.getRuntime().availableProcessors(),
                tally.verdict(),
                settings.scan(),
                settings.frames(),
                String.format(Locale.ROOT, "%.0f", settings.rate()),
                Seconds.text(settings.scanTime()),
                settings.seed(),
                Seconds.text(settings.longestPause()),
                Seconds.text(FaultPlan.longestCut(settings.longestPause())),
                settings.roundDeadline().toSeconds(),
                settings.patience().toSeconds()));
    for (Victim victim : EnumSet.copyOf(tally.victims())) {
      for (Deed deed : Deed.values()) {
        text.append(line(victim.toString(), deed.toString(), tally.rounds(victim, deed)));
      }
    }
    text.append(line("all", "", tally.rounds()));
    text.append(
        """

        ## Each round

        | round | what was done | frames again after | without pause or cut | result |
        |---|---|---|---|---|
        """);
    for (Round round : tally.rounds()) {
      text.append(
          "| %d | %s | %s | %s | %s |%n"
              .formatted(
                  round.number(),
                  round.done(),
                  seconds(round.recovery()),
                  seconds(round.ownRecovery()),
                  round.result().lines().findFirst().orElse("")));
    }
    return text.toString();
  }

  private static String line(String part, String deed, List<Round> rounds) {
    if (rounds.isEmpty()) {
      return "";
    }
    List<Duration> recoveries = Tally.recoveries(rounds);
    return "| %s | %s | %d of %d | %s | %s |%n"
        .formatted(
            part,
            deed,
            rounds.stream().filter(Round::isWhole).count(),
            rounds.size(),
            seconds(Tally.median(recoveries)),
            seconds(Tally.worst(recoveries)));
  }

  private static String seconds(Optional<Duration> duration) {
    return duration.map(Seconds::text).orElse("-");
  }
}
