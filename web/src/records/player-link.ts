/** What a player lets others do with it, seconds. */
interface Player {
  position: () => number;
  seek: (seconds: number) => void;
}

/** Ties a player of a recording to what stands beside it: where it is, and the way to another place. */
export class PlayerLink {
  #player: Player | null = null;

  /** @returns takes the player out again */
  readonly attach = (player: Player): (() => void) => {
    this.#player = player;
    return () => {
      if (this.#player === player) this.#player = null;
    };
  };

  /** Null while there is no player. */
  position(): number | null {
    return this.#player?.position() ?? null;
  }

  seek(seconds: number): void {
    this.#player?.seek(seconds);
  }
}
