// The choice of the fast way: the UNet of few steps, or the small decoder where the model has no such UNet.
// Not both: few steps cost a picture little of its likeness, the small decoder may cost more.

const FEW_STEPS = "few_steps";
const FAST = "fast";

export class FastChoice {
  /** @param nodes `{field, box, hint}`, the box a checkbox */
  constructor(nodes) {
    Object.assign(this, nodes, { offer: null });
  }

  /** Takes the model; without a fast way there is no choice. */
  setModel({ variants = [], decoders = [], few_steps: fewSteps }) {
    const few = variants.includes(FEW_STEPS);
    const decoder = decoders.includes(FAST) ? { decoder: FAST } : null;
    this.offer = few ? { variant: FEW_STEPS } : decoder;
    this.field.hidden = !this.offer;
    this.hint.textContent = few
      ? `${fewSteps.steps} steps without guidance, in place of those below`
      : "A small decoder: nearly the same picture";
  }

  /** The fields that ask for it, or null. */
  get choice() {
    return this.box.checked ? this.offer : null;
  }

  /** Whether these settings ask for any of it. */
  set({ variant, decoder }) {
    this.box.checked = variant === FEW_STEPS || decoder === FAST;
  }
}
