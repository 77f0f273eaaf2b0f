package io.millrace.ingest;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import zmq.Msg;

/** A message that tells when it was encrypted, and so that the other side takes our keys. */
final class EncryptedMessage extends Msg {
  private final CountDownLatch taken = new CountDownLatch(1);

  EncryptedMessage(byte[] bytes) {
    super(bytes);
  }

  /** Only the encryption copies it. */
  @Override
  public void transfer(ByteBuffer destination, int srcOffset, int srcLength) {
    super.transfer(destination, srcOffset, srcLength);
    taken.countDown();
  }

  /** Waits for that; returns whether it has happened. */
  boolean awaitTaken(long millis) throws InterruptedException {
    return taken.await(millis, TimeUnit.MILLISECONDS);
  }
}
