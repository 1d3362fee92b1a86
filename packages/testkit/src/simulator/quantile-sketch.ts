/** What a {@link QuantileSketch} says of its values. All but `count` are undefined where there is none. */
export interface Summary {
  readonly count: number;
  readonly mean?: number;
  readonly min?: number;
  readonly p5?: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly max?: number;
}

/** Each quantile is at most 1 % off. */
const ACCURACY = 0.01;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
/** Values are from a thousandth to 10^15: under 2100 buckets. */
const SMALLEST = 1e-3;
const LARGEST = 1e15;

/**
 * Quantiles of any number of values in bounded memory: values are counted in buckets whose bounds grow by a factor,
 * so that a quantile is within 1 % of a true one (DDSketch: Masson, Rim, Lee, VLDB 2019). Values up to 0.001 share
 * one bucket. Sketches can be merged, without loss.
 */
export class QuantileSketch {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** @throws RangeError when the value is negative or no finite number. */
  add(value: number): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`value must be a finite number from 0, not ${value}`);
    }
    const bounded = Math.min(LARGEST, Math.max(SMALLEST, value));
    const bucket = Math.ceil(Math.log(bounded) / Math.log(GAMMA));
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  /** Takes in all values of another. */
  merge(other: QuantileSketch): void {
    for (const [bucket, count] of other.#buckets) {
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    }
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** The value that a share of all values, 0 to 1, does not exceed; undefined where there is none. */
  quantile(share: number): number | undefined {
    let rest = share * (this.#count - 1);
    for (const bucket of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      rest -= this.#buckets.get(bucket)!;
      if (rest >= 0) continue;
      const middle = (2 * GAMMA ** bucket) / (GAMMA + 1);
      return Math.min(this.#max, Math.max(this.#min, middle));
    }
    return undefined;
  }

  summary(): Summary {
    if (this.#count === 0) return { count: 0 };
    return {
      count: this.#count,
      mean: this.#sum / this.#count,
      min: this.#min,
      p5: this.quantile(0.05)!,
      p50: this.quantile(0.5)!,
      p95: this.quantile(0.95)!,
      p99: this.quantile(0.99)!,
      max: this.#max,
    };
  }

  /** For another process: plain data, which {@link QuantileSketch.from} reads. */
  toJSON(): SketchData {
    return {
      buckets: [...this.#buckets],
      sum: this.#sum,
      // JSON has no infinity.
      ...(this.#count === 0 ? {} : { min: this.#min, max: this.#max }),
    };
  }

  static from({ buckets, sum, min, max }: SketchData): QuantileSketch {
    const sketch = new QuantileSketch();
    for (const [bucket, count] of buckets) {
      sketch.#buckets.set(bucket, count);
      sketch.#count += count;
    }
    sketch.#sum = sum;
    sketch.#min = min ?? Number.POSITIVE_INFINITY;
    sketch.#max = max ?? Number.NEGATIVE_INFINITY;
    return sketch;
  }
}

/** A {@link QuantileSketch} as plain data. */
export interface SketchData {
  readonly buckets: readonly (readonly [number, number])[];
  readonly sum: number;
  readonly min?: number;
  readonly max?: number;
}
