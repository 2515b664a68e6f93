// Descriptions to start from: half in the comma style of catalogue captions, half in sentences.

export const EXAMPLES = [
  {
    name: "Red hair, green coat",
    text: "a full-body shot, an adult woman, wavy red long hair, a green wool coat, a white striped top, black trousers, brown boots, a park",
  },
  {
    name: "A walk on the beach",
    text: "A young woman in a yellow floral dress and white sandals stands on the beach. She has straight black hair to her shoulders and wears a straw hat.",
  },
  {
    name: "Plaid and beard",
    text: "an adult man, short brown hair, full beard, round glasses, a red plaid shirt, blue jeans, a leather belt, white sneakers, a brick wall",
  },
  {
    name: "Off to work",
    text: "An elderly man with grey hair walks down a city street. He is wearing a navy coat over a white shirt, a red tie, grey trousers and black shoes, and he carries a brown bag.",
  },
  {
    name: "Portrait, blue scarf",
    text: "a headshot, a middle-aged woman, curly blond hair, no glasses, smiling, a (blue scarf:1.3), a purple sweater, plain grey background",
  },
  {
    name: "Summer in the garden",
    text: "A teenage boy with curly dark hair, smiling, in an orange t-shirt and green shorts, with striped socks and red shoes, in a garden full of flowers.",
  },
];

/** What the empty stage shows as an example of coloured words. */
export const SPECIMEN = [
  ["long auburn hair", "hair"], ["a blue coat", "outerwear"], ["a pink scarf", "neckwear"], ["a violet top", "top"],
  ["green trousers", "bottom"], ["plum boots", "footwear"], ["a park", "background"],
];
