/** The words the world is made of. Their order matters: draws pick by position. */
export const PROPERTIES = words(
  'fragile heavy frozen urgent oversized hazardous gift insured custom export perishable bulk secret antique digital liquid magnetic organic rented sealed',
);
export const PROTOCOLS = words('cobalt amber teal ruby onyx ivory jade slate');
export const SEGMENTS = words('gold silver bronze trial');
export const JARGON = words('zorp quib vext nalo drim plok snef wuzz yark glim tosk brel');
export const TAGS = words('alpha beta gamma delta');

/** The line without which answers often cannot be read. */
export const FORMAT_LINE = 'Answer only with key=value pairs separated by semicolons.';

function words(text: string): readonly string[] {
  return text.split(' ');
}
