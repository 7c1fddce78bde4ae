/** What is known of the relations and functions of a database. */
export interface Catalogue {
  /** By `targetKey`. */
  relations: ReadonlyMap<string, CatalogueRelation>;
  /**
   * By name: functions that return several columns or a named one, aggregates, and functions that are
   * not PostgreSQL's own. Others are PostgreSQL's own and return one value.
   */
  functions: ReadonlyMap<string, readonly CatalogueFunction[]>;
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

/** A function of the database. */
export interface CatalogueFunction {
  schema: string;
  isAggregate: boolean;
  /** Its code may read relations: it is neither PostgreSQL’s own nor immutable. */
  mayRead: boolean;
  /** Columns that it returns; absent for one that has no name of its own. */
  columns?: string[];
  /** It returns rows of a type that its call decides (`record`). */
  isRecord?: true;
}
