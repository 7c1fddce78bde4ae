/** An action in the list that is searched: page, name, kind, folder, description, columns, tags. */
export type Searchable = [
  page: string,
  name: string,
  kind: string,
  folder: string,
  description: string,
  columns: string,
  tags: string[],
];

/** A model in the graph: its place in the list that is searched, how it stands, and where. */
export type GraphNode = [place: number, state: string, x: number, y: number];

/** The graph of all models; an edge is a pair of places in the list of nodes. */
export interface GraphData {
  nodes: GraphNode[];
  edges: [from: number, to: number][];
}
