/** What is known of the relations and functions of a database. */
export interface Catalogue {
  /** By `targetKey`. */
  relations: ReadonlyMap<string, CatalogueRelation>;
}

/** A table or a view of the database. */
export interface CatalogueRelation {
  columns: CatalogueColumn[];
  /** Of a view: its query, as `pg_get_viewdef` gives it. */
  definition?: string;
}

/** A column of a relation of the database. */
export interface CatalogueColumn {
  name: string;
  type: string;
  /** The fields of a composite type. */
  fields?: string[];
}
