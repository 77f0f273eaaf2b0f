package io.millrace.gateway.session;

import io.millrace.gateway.facility.ComputeFacility;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The batch jobs of a session, by their names, which no two share: that of the session; {@code
 * NAME.again-1} and so on, each of which goes on where the one before was ended; {@code
 * NAME.more-1} and so on, which bring it more nodes.
 */
record SessionJobs(ComputeFacility facility, String session) {
  /** Names that are looked for. */
  private static final int MOST = 100;

  private List<Job> of(String infix) throws FacilityException, InterruptedException {
    List<Job> jobs = new ArrayList<>();
    while (jobs.size() < MOST) {
      Optional<Job> next = facility.find(name(infix, jobs.size() + 1));
      if (next.isEmpty()) {
        break;
      }
      jobs.add(next.get());
    }
    return jobs;
  }

  private String name(String infix, int number) {
    return session + infix + number;
  }

  /** The session's last own job; empty if it never had one. */
  Optional<Job> last() throws FacilityException, InterruptedException {
    Optional<Job> first = facility.find(session);
    if (first.isEmpty()) {
      return first;
    }
    List<Job> again = of(".again-");
    return again.isEmpty() ? first : Optional.of(again.get(again.size() - 1));
  }

  /** A name for the next job in which the session goes on. */
  String nextAgain() throws FacilityException, InterruptedException {
    return name(".again-", of(".again-").size() + 1);
  }

  /** All jobs that have brought more nodes. */
  List<Job> more() throws FacilityException, InterruptedException {
    return of(".more-");
  }

  /** A name for the next job that brings more nodes. */
  String nextMore() throws FacilityException, InterruptedException {
    return name(".more-", more().size() + 1);
  }
}
