// Numbers and times as people read them.

/** 4160 becomes "4,160"; what is not a whole number gets at most three digits behind the point. */
export function count(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 3 });
}

/** A measured value to four digits: 0.001234, 12.35, 1.235e+7. */
export function measured(value: number): string {
  if (Number.isNaN(value)) {
    return 'none';
  }
  if (Number.isInteger(value) && Math.abs(value) < 1e7) {
    return count(value);
  }
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e7) ? value.toExponential(3) : String(Number(value.toPrecision(4)));
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** Bytes with decimal prefixes: 2,760,000,000 is "2.76 GB". */
export function bytes(value: number): string {
  let prefix = 0;
  let scaled = value;
  while (scaled >= 999.5 && prefix < PREFIXES.length - 1) {
    scaled /= 1000;
    prefix++;
  }
  return `${prefix === 0 ? String(Math.round(scaled)) : scaled.toPrecision(3)} ${PREFIXES[prefix]}B`;
}

/** An instant, in the time zone of whoever looks: "2026-11-25 14:05:09", or without the day if that is today. */
export function instant(iso: string | null | undefined, now: Date = new Date()): string {
  if (iso === null || iso === undefined || iso === '') {
    return '';
  }
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) {
    return iso;
  }
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const today = at.toDateString() === now.toDateString();
  return today ? time : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

/** A span of time: "2 h 05 min", "4 min 09 s", "12 s". Never negative. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds >= 3600) {
    return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
  }
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s` : `${seconds} s`;
}

const NAMES: Record<string, string> = {
  bf: 'Bright field',
  bright_field: 'Bright field',
  adf: 'Annular dark field',
  annular_dark_field: 'Annular dark field',
  haadf: 'High-angle annular dark field',
  total_counts: 'Total counts',
  com_x: 'Centre of mass x',
  com_y: 'Centre of mass y',
  com_magnitude: 'Centre of mass, magnitude',
  dpc_phase: 'Phase (DPC)',
  sum_pattern: 'Summed pattern',
};

/** What an image is called on the page. */
export function imageTitle(name: string): string {
  return NAMES[name] ?? name.replaceAll('_', ' ');
}

/** "1 frame", "2 frames". */
export function counted(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
