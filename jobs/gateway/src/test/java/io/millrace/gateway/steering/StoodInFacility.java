package io.millrace.gateway.steering;

import io.millrace.gateway.facility.ComputeFacility;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.FacilityStatus;
import io.millrace.gateway.facility.Job;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.facility.SubmitRefused;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A facility in memory, which outlives any gateway, and fails as it is told. */
final class StoodInFacility implements ComputeFacility {
  final Map<String, Job> jobs = new ConcurrentHashMap<>();
  final Map<String, String> files = new ConcurrentHashMap<>();
  final List<String> submits = new CopyOnWriteArrayList<>();
  final Map<String, String> scripts = new ConcurrentHashMap<>();
  final List<String> cancels = new CopyOnWriteArrayList<>();

  /** Takes the next job, and dies before it has said so. */
  volatile boolean losesAnswer;

  /** Takes no job, and nobody hears why. */
  volatile boolean losesRequest;

  /** Takes the next job after a long time, and its answer never comes. */
  volatile Runnable hangsFor;

  /** What happens elsewhere while the facility is asked how it is. */
  volatile Runnable meanwhile = () -> {};

  volatile boolean unreachable;
  volatile String refusal;

  void job(String name, JobState state) {
    jobs.put(name, new Job(name, name, state, "", 1, Optional.empty(), Optional.empty()));
  }

  private void reach() throws FacilityException {
    if (unreachable) {
      throw new FacilityException("the facility does not answer");
    }
  }

  @Override
  public FacilityStatus status() throws FacilityException {
    reach();
    meanwhile.run();
    return new FacilityStatus(FacilityStatus.Health.ACTIVE, List.of());
  }

  @Override
  public String submit(String name, String script) throws FacilityException, InterruptedException {
    reach();
    if (refusal != null) {
      throw new SubmitRefused(refusal);
    }
    if (losesRequest) {
      throw new InterruptedException("killed before the request has left");
    }
    submits.add(name);
    scripts.put(name, script);
    if (hangsFor != null) {
      hangsFor.run();
      throw new FacilityException("no answer to the submit");
    }
    job(name, JobState.PENDING);
    if (losesAnswer) {
      throw new InterruptedException("killed before the answer has come");
    }
    return name;
  }

  @Override
  public Optional<Job> get(String id) throws FacilityException {
    reach();
    return Optional.ofNullable(jobs.get(id));
  }

  @Override
  public Optional<Job> find(String name) throws FacilityException {
    return get(name);
  }

  @Override
  public void cancel(String id) throws FacilityException {
    reach();
    cancels.add(id);
  }

  @Override
  public void put(String path, byte[] content) throws FacilityException {
    reach();
    files.put(path, new String(content, StandardCharsets.UTF_8));
  }

  @Override
  public Optional<String> tail(String path, int bytes) throws FacilityException {
    reach();
    return Optional.ofNullable(files.get(path));
  }
}
