// On the gateway's page: when each position of the first image was drawn, scan by scan.
//
// A position is drawn when the page has a value for it, and the canvas a grey one. All that the page draws where
// nothing was counted (the checker, and what is missing) has a colour. The look comes once a frame of the screen,
// with the time at its beginning: what it finds was drawn then, if not one frame earlier.
(() => {
  /** By number of the scan: positions in milliseconds since 1970, 0 where nothing is drawn; and how many are left. */
  const scans = new Map();
  const waiting = [];

  const scanOf = (id, positions) => {
    const number = Number(/\.(\d+)-/.exec(id)?.[1]);
    if (!scans.has(number)) {
      scans.set(number, { drawn: new Array(positions).fill(0), left: positions });
    }
    return scans.get(number);
  };

  const isGrey = (pixels, at) => pixels[at] === pixels[at + 1] && pixels[at] === pixels[at + 2];

  const mark = (canvas, now) => {
    const image = window.millrace.image(canvas.dataset.name);
    if (image === null || image.width !== canvas.width || image.height !== canvas.height) {
      return;
    }
    const scan = scanOf(canvas.dataset.scan, image.values.length);
    if (scan.left === 0 || scan.drawn.length !== image.values.length) {
      return;
    }
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < image.values.length; i++) {
      if (scan.drawn[i] === 0 && Number.isFinite(image.values[i]) && isGrey(pixels, 4 * i)) {
        scan.drawn[i] = now;
        scan.left--;
      }
    }
  };

  const look = () => {
    const now = Date.now();
    requestAnimationFrame(look);
    const canvas = document.querySelector('.live canvas.raster[data-scan]');
    if (canvas !== null && !canvas.hidden) {
      mark(canvas, now);
    }
    for (let i = waiting.length - 1; i >= 0; i--) {
      if (waiting[i](now)) {
        waiting.splice(i, 1);
      }
    }
  };
  requestAnimationFrame(look);

  /** Asks `answer` at each frame of the screen until it is not undefined; `late` is told after so many milliseconds. */
  const when = (answer, milliseconds, late) =>
    new Promise((tell) => {
      const end = Date.now() + milliseconds;
      waiting.push((now) => {
        const found = answer();
        if (found === undefined && now < end) {
          return false;
        }
        tell(found === undefined ? late() : found);
        return true;
      });
    });

  window.millraceDrawn = {
    /** True when the page with the scan under way is there; else the text of what is. */
    page: () => when(() => (document.querySelector('.live') === null ? undefined : true), 30_000, () => document.body.innerText),
    /** The times of a scan when all of it is drawn; a sentence if that is not so in time. */
    all: (number, milliseconds) =>
      when(
        () => (scans.get(number)?.left === 0 ? scans.get(number).drawn : undefined),
        milliseconds,
        () => `${scans.get(number)?.left ?? 'all'} positions are left; ${document.body.innerText}`,
      ),
  };
})();
