package io.millrace.gateway.session;

import io.millrace.allocation.SessionReport;
import io.millrace.gateway.facility.ComputeFacility;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.Job;
import io.millrace.gateway.machine.MachineProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The batch jobs of a session, by their names, which no two share: that of the session; {@code
 * NAME.again-1} and so on, each of which goes on where the one before was ended; {@code
 * NAME.more-1} and so on, which bring it more nodes.
 *
 * <p>A facility may forget a job some minutes after its end, so how far the numbers are is read
 * from the session's folder: a job that has not ended is known to both.
 */
record SessionJobs(ComputeFacility facility, MachineProfile machine, String session) {
  private static final int REPORT_BYTES = 8_192;
  private static final String AGAIN = ".again-";
  private static final String MORE = ".more-";

  /**
   * The last of a session's own jobs.
   *
   * @param number 0 for the first, n for the n-th again, -1 if there was none
   * @param job empty if the facility has forgotten it, or there was none
   */
  record Last(int number, Optional<Job> job) {}

  /** The report of the job that has begun last; empty if none has. */
  Optional<SessionReport> report() throws FacilityException, InterruptedException {
    Optional<String> text =
        facility.tail(machine.folderOf(session) + "/" + SessionReport.FILE, REPORT_BYTES);
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(SessionReport.read(text.get()));
    } catch (IOException e) {
      throw new FacilityException(
          "the report of session %s is not as it should be: %s".formatted(session, e.getMessage()),
          e);
    }
  }

  /** The session's last own job: the one that has begun last, or one that waits behind it. */
  Last last() throws FacilityException, InterruptedException {
    Optional<SessionReport> report = report();
    int number = report.map(r -> number(r.batchJob())).orElse(-1);
    Optional<Job> job = number < 0 ? Optional.empty() : facility.find(again(number));
    while (true) {
      Optional<Job> next = facility.find(again(number + 1));
      if (next.isEmpty()) {
        return new Last(number, job);
      }
      number++;
      job = next;
    }
  }

  private int number(String batchJob) {
    return batchJob.startsWith(session + AGAIN)
        ? Integer.parseInt(batchJob.substring((session + AGAIN).length()))
        : 0;
  }

  /** The name of a session's own job. */
  String again(int number) {
    return number == 0 ? session : session + AGAIN + number;
  }

  /** The jobs that have brought more nodes, those that the facility remembers. */
  List<Job> more() throws FacilityException, InterruptedException {
    List<Job> jobs = new ArrayList<>();
    for (int number = 1; number <= moreSoFar(); number++) {
      facility.find(session + MORE + number).ifPresent(jobs::add);
    }
    return jobs;
  }

  /** A name for the next job that brings more nodes; it is noted before it is used. */
  String nextMore() throws FacilityException, InterruptedException {
    int number = moreSoFar() + 1;
    facility.put(moreFile(), Integer.toString(number).getBytes(StandardCharsets.UTF_8));
    return session + MORE + number;
  }

  private int moreSoFar() throws FacilityException, InterruptedException {
    String text = facility.tail(moreFile(), REPORT_BYTES).orElse("0").strip();
    if (!text.matches("\\d{1,4}")) {
      throw new FacilityException("%s should hold a number, not '%s'".formatted(moreFile(), text));
    }
    return Integer.parseInt(text);
  }

  private String moreFile() {
    return machine.folderOf(session) + "/more";
  }
}
