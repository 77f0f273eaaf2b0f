package io.millrace.operators.counting;

/** A block scan in plain Java, a word of four pixels at a time. */
final class PlainBlockScan implements BlockScan {
  @Override
  public int find(byte[] pixels, long bias, int[] blocks) {
    int n = 0;
    for (int block = 0; block <= pixels.length - BLOCK; block += BLOCK) {
      long lanes = 0;
      for (int i = 0; i < BLOCK; i += Pixels.WORD) {
        long word = Pixels.word(pixels, block + i);
        lanes |= (word + bias) | word;
      }
      // Always written, and moved on by 0 or 1: a branch that is taken now and then costs more.
      blocks[n] = block;
      n += Pixels.hasTopBit(lanes);
    }
    return n;
  }

  @Override
  public int find(byte[] pixels, long[] biases, int[] blocks) {
    int n = 0;
    for (int block = 0; block <= pixels.length - BLOCK; block += BLOCK) {
      long lanes = 0;
      for (int i = 0; i < BLOCK; i += Pixels.WORD) {
        long word = Pixels.word(pixels, block + i);
        lanes |= (word + biases[(block + i) / Pixels.WORD]) | word;
      }
      blocks[n] = block;
      n += Pixels.hasTopBit(lanes);
    }
    return n;
  }

  @Override
  public void mark(byte[] pixels, long bias, int[] blocks, int n, int[] marks) {
    for (int b = 0; b < n; b++) {
      int block = blocks[b];
      int mark = 0;
      for (int i = 0; i < BLOCK; i += Pixels.WORD) {
        long word = Pixels.word(pixels, block + i);
        mark |= Pixels.above(word, bias) << i / Short.BYTES;
      }
      marks[b] = mark;
    }
  }

  @Override
  public void mark(byte[] pixels, long[] biases, int[] blocks, int n, int[] marks) {
    for (int b = 0; b < n; b++) {
      int block = blocks[b];
      int mark = 0;
      for (int i = 0; i < BLOCK; i += Pixels.WORD) {
        long word = Pixels.word(pixels, block + i);
        long bias = biases[(block + i) / Pixels.WORD];
        mark |= Pixels.above(word, bias) << i / Short.BYTES;
      }
      marks[b] = mark;
    }
  }

  @Override
  public String toString() {
    return "plain Java";
  }
}
