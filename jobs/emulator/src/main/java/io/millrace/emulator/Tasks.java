package io.millrace.emulator;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** What was taken and is done later, as the API does it. */
final class Tasks implements AutoCloseable {
  /**
   * One of them.
   *
   * @param status new, or completed
   * @param result empty while it is new
   */
  record Task(String status, Optional<String> result) {}

  private final Map<String, Task> tasks = new ConcurrentHashMap<>();
  private final ExecutorService worker = Executors.newSingleThreadExecutor();

  /**
   * Takes one.
   *
   * @param work of it; gives its result
   * @param stuck whether it stays new though its work is done
   * @return its id
   */
  String take(Supplier<String> work, boolean stuck) {
    String id = UUID.randomUUID().toString();
    tasks.put(id, new Task("new", Optional.empty()));
    worker.execute(
        () -> {
          String result = work.get();
          if (!stuck) {
            tasks.put(id, new Task("completed", Optional.of(result)));
          }
        });
    return id;
  }

  Optional<Task> get(String id) {
    return Optional.ofNullable(tasks.get(id));
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
