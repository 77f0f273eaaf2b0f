package io.millrace.gateway.facility;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * This machine without a batch system: a job is a process, at once. What is known of a job lies in
 * a folder of its name, so that it outlives who has submitted it.
 */
public final class LocalProcesses implements ComputeFacility {
  private static final String SCRIPT = "script";
  private static final String PROCESS = "process";
  private static final String EXIT = "exit";
  private static final String CANCELLED = "cancelled";

  /**
   * Runs a script, and notes its exit status, also if the script was ended by a signal to all. It
   * notes itself first: who has started it may be killed before it can.
   */
  private static final String WRAPPER =
      "[ -e \"$3\" ] || { echo \"$$ $(date +%s%3N)\" >\"$3.part\" && mv \"$3.part\" \"$3\"; };"
          + " trap : TERM; bash \"$0\" >>\"$1\" 2>&1 </dev/null & while kill -0 $! 2>/dev/null; do wait $!; done;"
          + " wait $!; echo $? >\"$2.part\" && mv \"$2.part\" \"$2\"";

  private final Path jobs;
  private final Path logs;

  /**
   * @param folder for what is known of jobs, and for their logs, {@code NAME.log}
   */
  public LocalProcesses(Path folder) {
    this.logs = folder;
    this.jobs = folder.resolve(".jobs");
  }

  @Override
  public FacilityStatus status() {
    return new FacilityStatus(FacilityStatus.Health.ACTIVE, List.of());
  }

  @Override
  public String submit(String name, String script) throws FacilityException {
    Path job = folder(name);
    try {
      Files.createDirectories(jobs);
      Files.createDirectory(job);
      Files.writeString(job.resolve(SCRIPT), script);
      // A session of its own: the end of this process or of its terminal does not reach it.
      Process process =
          new ProcessBuilder(
                  "setsid",
                  "bash",
                  "-c",
                  WRAPPER,
                  job.resolve(SCRIPT).toString(),
                  logs.resolve(name + ".log").toString(),
                  job.resolve(EXIT).toString(),
                  job.resolve(PROCESS).toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .directory(logs.toFile())
              .start();
      Path noted = Files.createTempFile(job, PROCESS, null);
      Files.writeString(noted, process.pid() + " " + started(process.toHandle()).toEpochMilli());
      Files.move(noted, job.resolve(PROCESS), StandardCopyOption.REPLACE_EXISTING);
      return name;
    } catch (FileAlreadyExistsException e) {
      throw new SubmitRefused("there was a job %s before; choose another name".formatted(name));
    } catch (IOException e) {
      throw new FacilityException("the job %s cannot be started: %s".formatted(name, e), e);
    }
  }

  private Path folder(String name) {
    return jobs.resolve(JobWords.name(name));
  }

  private static Instant started(ProcessHandle process) {
    return process.info().startInstant().orElse(Instant.EPOCH);
  }

  @Override
  public Optional<Job> get(String id) throws FacilityException {
    Path job = folder(id);
    try {
      if (!Files.exists(job.resolve(PROCESS))) {
        return Optional.empty();
      }
      Optional<ProcessHandle> process = process(job);
      Optional<String> exit = Optional.empty();
      if (process.isEmpty() && Files.exists(job.resolve(EXIT))) {
        exit = Optional.of(Files.readString(job.resolve(EXIT)).strip());
      }
      JobState state;
      if (process.isPresent()) {
        state = JobState.RUNNING;
      } else if (Files.exists(job.resolve(CANCELLED))) {
        state = JobState.CANCELLED;
      } else {
        state = exit.equals(Optional.of("0")) ? JobState.COMPLETED : JobState.FAILED;
      }
      String reason =
          switch (state) {
            case FAILED -> exit.map("exit status "::concat).orElse("killed");
            default -> "";
          };
      return Optional.of(
          new Job(
              id,
              id,
              state,
              reason,
              1,
              process.map(p -> Duration.between(started(p), Instant.now())),
              Optional.empty()));
    } catch (IOException e) {
      throw new FacilityException("what is known of job %s cannot be read: %s".formatted(id, e), e);
    }
  }

  /** The job's process, if it runs: another may have its number. */
  private static Optional<ProcessHandle> process(Path job) throws IOException {
    String[] noted = Files.readString(job.resolve(PROCESS)).strip().split(" ");
    Instant started = Instant.ofEpochMilli(Long.parseLong(noted[1]));
    return ProcessHandle.of(Long.parseLong(noted[0]))
        .filter(ProcessHandle::isAlive)
        // It is computed from when the machine began, which is not known to the second.
        .filter(p -> Duration.between(started, started(p)).abs().toSeconds() < 2);
  }

  @Override
  public Optional<Job> find(String name) throws FacilityException {
    return get(name);
  }

  @Override
  public void cancel(String id) throws FacilityException {
    Path job = folder(id);
    try {
      if (!Files.exists(job.resolve(PROCESS))) {
        return;
      }
      Optional<ProcessHandle> process = process(job);
      if (process.isPresent()) {
        Files.writeString(job.resolve(CANCELLED), "");
        // The wrapper stays, and notes how the script ends.
        process.get().children().forEach(ProcessHandle::destroy);
      }
    } catch (IOException e) {
      throw new FacilityException("the job %s cannot be cancelled: %s".formatted(id, e), e);
    }
  }

  @Override
  public void put(String path, byte[] content) throws FacilityException {
    SharedFiles.put(path, content);
  }

  @Override
  public Optional<String> tail(String path, int bytes) throws FacilityException {
    return SharedFiles.tail(path, bytes);
  }
}
