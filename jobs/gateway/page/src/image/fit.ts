// Where an image lies in a box of the page.

/** An image of `width` x `height` pixels in a box: centred, as large as fits, with square pixels. */
export interface Fit {
  readonly left: number;
  readonly top: number;
  /** Size of a pixel of the image, in CSS pixels. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

export function fit(boxWidth: number, boxHeight: number, width: number, height: number): Fit {
  const scale = Math.max(0, Math.min(boxWidth / width, boxHeight / height));
  return {
    left: (boxWidth - width * scale) / 2,
    top: (boxHeight - height * scale) / 2,
    scale,
    width,
    height,
  };
}

/** The pixel of the image at a point of the box, or null beside the image. */
export function pixelAt(of: Fit, left: number, top: number): { x: number; y: number } | null {
  const x = Math.floor((left - of.left) / of.scale);
  const y = Math.floor((top - of.top) / of.scale);
  return x >= 0 && y >= 0 && x < of.width && y < of.height ? { x, y } : null;
}

/**
 * A scale bar: the longest round length (1, 2 or 5 times a power of ten) that is at most a quarter of the image.
 *
 * @param width of the image, in pixels of it
 * @param step length of a pixel of the image in `unit`
 */
export function scaleBar(width: number, step: number, unit: string): { pixels: number; text: string } {
  const most = (width * step) / 4;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((n) => n * power).find((l) => l <= most * (1 + 1e-9)) ?? power;
  return { pixels: length / step, text: `${Number(length.toPrecision(3))} ${unit}` };
}
