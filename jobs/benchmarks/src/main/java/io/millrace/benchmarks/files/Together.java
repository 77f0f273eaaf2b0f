package io.millrace.benchmarks.files;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Pieces of work that are done at the same time. */
final class Together {
  private Together() {}

  /**
   * Does each piece in a thread of its own.
   *
   * @return the sum of what they return
   * @throws IOException of the first piece that failed
   */
  static long sum(List<Callable<Long>> work) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(work.size());
    try {
      long sum = 0;
      for (Future<Long> piece : work.stream().map(threads::submit).toList()) {
        sum += piece.get();
      }
      return sum;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
