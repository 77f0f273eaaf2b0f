package io.millrace.detector;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.HotPixelList.HotPixel;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HotPixelListTest {
  private static final HotPixelList FOUND =
      new HotPixelList(
          7,
          List.of(
              new HotPixel(3, 0.1f),
              new HotPixel(5, 0.9f),
              new HotPixel(8, 0.5f),
              new HotPixel(9, 0.2f)));

  @Test
  void aMaskHasTheKnownPixelsAndThoseFound() {
    assertThat(FOUND.mask(Set.of(), 100)).containsExactly(3, 5, 8, 9);
    assertThat(FOUND.mask(List.of(4, 5, 70), 100)).containsExactly(3, 4, 5, 8, 9, 70);
    assertThat(new HotPixelList(7, List.of()).mask(List.of(4, 70), 100)).containsExactly(4, 70);
  }

  @Test
  void whenTheyAreTooManyTheKnownAndTheMostActiveStay() {
    assertThat(FOUND.mask(List.of(4, 5, 70), 4)).containsExactly(4, 5, 8, 70);
    assertThat(FOUND.mask(List.of(), 2)).containsExactly(5, 8);
  }
}
