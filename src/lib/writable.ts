/** The same while it is being put together: objects made of many spreads are slow to make, and a file has thousands of steps. */
export type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
