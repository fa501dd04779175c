/** Where a program of the system is, or null; also where only root's shell would look. */
export declare function findOnPath(name: string): string | null;
