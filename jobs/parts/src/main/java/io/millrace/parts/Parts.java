package io.millrace.parts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was started in one run folder. Everything is stopped in the end, the last first: by the
 * thread that started it, or on Ctrl-C by another; so both hold the lock of this.
 */
public final class Parts implements AutoCloseable {
  private final Path root;
  private final Path run;
  private final Path logs;
  private final List<Part> parts = new ArrayList<>();
  // How to stop what was started, in the order of the starts.
  private final List<Runnable> ends = new ArrayList<>();
  private boolean closed;

  /**
   * Makes the folders.
   *
   * @param root the repository, whose scripts start the parts
   * @param run for what the parts keep while they run, and their logs
   */
  public Parts(Path root, Path run) throws RunFailure {
    this.root = root;
    this.run = run;
    this.logs = run.resolve("log");
    try {
      Files.createDirectories(logs);
    } catch (IOException e) {
      throw new RunFailure("the folder for logs, %s, cannot be made".formatted(logs), e);
    }
  }

  /** The run folder, in which all logs are. */
  public Path run() {
    return run;
  }

  /** The path of one of the repository's scripts. */
  public String script(String name) {
    return root.resolve("scripts").resolve(name).toString();
  }

  /** Starts a process. */
  public Part start(String name, List<String> command) throws RunFailure {
    return start(name, Map.of(), command);
  }

  /**
   * Starts a process.
   *
   * @param environment what is added to the environment, besides the run folder
   */
  public synchronized Part start(String name, Map<String, String> environment, List<String> command)
      throws RunFailure {
    requireOpen(name);
    Part part = launch(name, environment, command);
    parts.add(part);
    ends.add(part::stop);
    return part;
  }

  /** Starts a process that nobody has to stop, also when everything else is being stopped. */
  Part launch(String name, Map<String, String> environment, List<String> command)
      throws RunFailure {
    Map<String, String> all = new HashMap<>(Map.of("MILLRACE_RUN", run.toString()));
    all.putAll(environment);
    return Part.start(name, logs, all, command);
  }

  /** Notes how something is stopped that is about to be started. */
  synchronized void beforeStart(String name, Runnable end) throws RunFailure {
    requireOpen(name);
    ends.add(end);
  }

  /**
   * Notes what is done in the end, also on Ctrl-C, when everything has been stopped that is started
   * from now on: such as to remove what it has written.
   */
  public synchronized void afterwards(Runnable end) throws RunFailure {
    requireOpen("what is done in the end");
    ends.add(end);
  }

  private void requireOpen(String name) throws RunFailure {
    if (closed) {
      throw new RunFailure(name + " is not started, since everything has been stopped");
    }
  }

  /** All processes that were started, those that have ended too. */
  public synchronized List<Part> all() {
    return List.copyOf(parts);
  }

  /**
   * @throws RunFailure if one has failed; says which, with the end of its log
   */
  public void requireAllWell() throws RunFailure {
    for (Part part : all()) {
      if (!part.isAlive() && !part.succeeded()) {
        throw part.failure("failed");
      }
    }
  }

  /** Whether nothing is started any more. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Leaves everything running. */
  public synchronized void leave() {
    closed = true;
  }

  /** Stops everything, once. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    RuntimeException problem = null;
    for (int i = ends.size() - 1; i >= 0; i--) {
      try {
        ends.get(i).run();
      } catch (RuntimeException e) {
        // The others have to be stopped all the same.
        if (problem == null) {
          problem = e;
        } else {
          problem.addSuppressed(e);
        }
      }
    }
    if (problem != null) {
      throw problem;
    }
  }
}
