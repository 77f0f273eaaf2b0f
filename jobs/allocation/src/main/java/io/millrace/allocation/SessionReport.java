package io.millrace.allocation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;

/**
 * What a session in an allocation is at: a file in the session's folder, for whoever can see that
 * and not ZooKeeper.
 *
 * @param version of this content
 * @param session its name
 * @param batchJob name of the batch job
 * @param allocation the batch job's id, or what stands for it
 * @param state what it is at
 * @param reason of the state, for people; empty if there is nothing to say
 * @param changed when the state was entered
 * @param written when this was written: at least every few seconds, as long as somebody is there
 * @param zooKeeper where the session's ZooKeeper is; null while nobody knows
 * @param dashboard address of Flink's; null while there is none
 * @param job id of the Flink job; null while there is none
 * @param taskManagers how many are registered
 * @param taskManagersWanted how many there should be
 * @param endsBy when the allocation is over; null if never
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SessionReport(
    @JsonProperty(required = true) int version,
    @JsonProperty(required = true) String session,
    @JsonProperty(required = true) String batchJob,
    @JsonProperty(required = true) String allocation,
    @JsonProperty(required = true) State state,
    String reason,
    @JsonProperty(required = true) Instant changed,
    @JsonProperty(required = true) Instant written,
    String zooKeeper,
    String dashboard,
    String job,
    int taskManagers,
    int taskManagersWanted,
    Instant endsBy) {
  /** The file's name. */
  public static final String FILE = "session.json";

  static final int VERSION = 1;

  /** So that the whole is some kilobytes. */
  private static final int LONGEST_REASON = 2_000;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .registerModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** What a session is at. */
  public enum State {
    /** Its processes come up, or come up again. */
    STARTING,
    /** A scan can begin. */
    READY,
    /** A scan is under way. */
    STREAMING,
    /** Scans under way end; no new one begins. */
    DRAINING,
    /** It is over, and nothing is missing that was under way. */
    ENDED,
    /** It is over, and the reason says what went wrong. */
    FAILED;

    /** Whether nothing more comes. */
    public boolean isOver() {
      return this == ENDED || this == FAILED;
    }
  }

  /** What is known so far of an allocation; each report is made from it. For one thread. */
  static final class Draft {
    private final String session;
    private final String batchJob;
    private final String allocation;
    private SessionReport last;

    /** Null while nobody knows. */
    String zooKeeper;

    /** Null while there is none. */
    String dashboard;

    /** Null while there is none. */
    String job;

    int taskManagers;
    int taskManagersWanted;

    /** Null if never. */
    Instant endsBy;

    /** Makes the first report: it starts. */
    Draft(String session, String batchJob, String allocation, Instant now) {
      this.session = session;
      this.batchJob = batchJob;
      this.allocation = allocation;
      report(State.STARTING, "", now);
    }

    /** The last report that was made. */
    SessionReport last() {
      return last;
    }

    /** Makes a report. */
    SessionReport report(State state, String why, Instant now) {
      boolean entered = last == null || last.state() != state;
      last =
          new SessionReport(
              VERSION,
              session,
              batchJob,
              allocation,
              state,
              why.substring(0, Math.min(why.length(), LONGEST_REASON)),
              entered ? now : last.changed(),
              now,
              zooKeeper,
              dashboard,
              job,
              taskManagers,
              taskManagersWanted,
              endsBy);
      return last;
    }
  }

  /** Reads what {@link #write} has written. */
  public static SessionReport read(String json) throws IOException {
    return JSON.readValue(json, SessionReport.class);
  }

  /** Replaces the file in a folder at once, so that nobody reads half of it. */
  void write(Path folder) throws IOException {
    Path part = folder.resolve("." + FILE);
    Files.write(part, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    try {
      Files.move(
          part,
          folder.resolve(FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(
          "%s is on a file system that cannot replace a file".formatted(folder), e);
    }
  }
}
