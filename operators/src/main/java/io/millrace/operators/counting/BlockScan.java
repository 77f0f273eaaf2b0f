package io.millrace.operators.counting;

/**
 * Finds the pixels that may be above the background, in two looks: the first, at all bytes, finds
 * the blocks of 32 pixels that may hold one, and the second, only at these, marks which they are.
 *
 * <p>Four pixels lie in a word, in lanes of 16 bits. With a bias of {@code 0x8000 - lo} in a lane,
 * {@code (t + bias) | t} has the lane's top bit iff {@code t >= lo}, for {@code 0 <= lo <= 0x8000}.
 * A t from 0x8000 on may overflow, but has the top bit itself. Its carry can make the next lane
 * look as if it were above, or, with {@code lo = 0}, as if it were below; the block is found either
 * way, for the t that overflows. The second look has no carries.
 *
 * <p>Implementations find the same blocks (but for those that only a carry finds), mark the same
 * pixels, and differ in speed. They have no state.
 */
interface BlockScan {
  /** Bytes of a block. */
  int BLOCK = 64;

  /**
   * Finds blocks in a sector.
   *
   * @param pixels the sector; what lies behind its last whole block is not looked at
   * @param bias of all pixels: four lanes
   * @param blocks gets the byte offsets of the blocks, ascending; has room for all
   * @return how many were found
   */
  int find(byte[] pixels, long bias, int[] blocks);

  /**
   * The same with a bias of its own for each pixel.
   *
   * @param biases four lanes a word, one word for each eight bytes of the sector
   */
  int find(byte[] pixels, long[] biases, int[] blocks);

  /**
   * Marks the pixels of blocks that may be above the background.
   *
   * @param bias of all pixels: four lanes
   * @param blocks the byte offsets of the blocks
   * @param n how many
   * @param marks gets, for each block, a bit for each of its pixels
   */
  void mark(byte[] pixels, long bias, int[] blocks, int n, int[] marks);

  /** The same with a bias of its own for each pixel, see {@link #find(byte[], long[], int[])}. */
  void mark(byte[] pixels, long[] biases, int[] blocks, int n, int[] marks);
}
