package io.millrace.coordination;

import java.util.concurrent.ThreadFactory;

/**
 * Threads that do not keep their process alive: what they tell or ask is of no use to one that
 * ends.
 *
 * @param name of each
 */
public record DaemonThreads(String name) implements ThreadFactory {
  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
