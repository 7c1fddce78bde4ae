import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import type { RelationKind, Target } from "../target.ts";

/** A relation as the session's transaction sees it. */
export interface Relation {
  kind: RelationKind;
  comment: string | null;
  columns: Column[];
}

/** A column with its type as PostgreSQL writes it: `numeric(8,5)`. */
export interface Column {
  name: string;
  type: string;
  /**
   * The type without length or precision (`numeric`, `bpchar`); for a domain, its underlying type.
   */
  baseType: string;
  /** Its collation as SQL when it is not that of the type. */
  collation: string | null;
  /** Whether values have a collation. */
  isText: boolean;
  /** Whether equal values of the type always have the same bytes; false when that is unknown. */
  equalIsSame: boolean;
  /** Generated, identity or with a default: no query makes such a column, so others have. */
  fillsItself: boolean;
  /** An identity column that takes no value in an update. */
  isAlwaysIdentity: boolean;
  /** False for json, xml, point, arrays and others that may have no `=`: compare their text. */
  isComparable: boolean;
  /** The `=` of its type with its schema, as SQL: names that others make are not looked up. */
  equals: string;
  comment: string | null;
}

/** Reads a relation from the catalogue, or undefined when there is none of that name. */
export function readRelation(session: Session, target: Target): Promise<Relation | undefined> {
  return readRelationNamed(session, qualifiedName(target));
}

/** The same for a name that is already SQL, such as `pg_temp."stage"`. */
export async function readRelationNamed(
  session: Session,
  name: string,
): Promise<Relation | undefined> {
  const { rows } = await session.catalogue(relationQuery, [name]);
  const [first] = rows;
  if (!first) return undefined;
  return {
    kind: first[0] as RelationKind,
    comment: first[1] ?? null,
    columns: rows.flatMap(([, , json]) => (json ? [JSON.parse(json) as Column] : [])),
  };
}

/** A column as `create table` and `add column` take it: name, type and collation. */
export function columnDefinition({ name, type, collation }: Column): string {
  return `${quoteIdentifier(name)} ${type}${collation === null ? "" : ` collate ${collation}`}`;
}

/** A type, as `Column` has it, for SQL of an author: it means the same type whatever the search_path is. */
export function typeForAuthors(type: string): string {
  return isUnmistakable.test(type) ? type : `pg_catalog.${type}`;
}

// A name with its schema, or one of those that SQL itself has words for.
const isUnmistakable =
  /\.|^(bigint|bit|boolean|character|double|integer|interval|numeric|real|smallint|time|timestamp)\b/;

// Types whose equal values have the same bytes, apart from enums; of texts, those that a deterministic
// collation compares.
const sameWhenEqual = ["bool", "int2", "int4", "int8", "oid", "uuid", "date", "time", "timestamp"]
  .concat(["timestamptz", "bytea", "name", "text", "varchar"])
  .map((type) => `'pg_catalog.${type}'::regtype`)
  .join(", ");

// PostgreSQL's own types, enums, ranges, arrays and records use the `=` in `pg_catalog`; types of
// an extension use the `=` of their indexes.
function equalsOf(type: string): string {
  return `coalesce((
          select format('operator(%I.=)', n.nspname)
          from pg_opclass as k
          join pg_am as m on m.oid = k.opcmethod and m.amname in ('btree', 'hash')
          join pg_amop as p on p.amopfamily = k.opcfamily
            and p.amoplefttype = ${type} and p.amoprighttype = ${type}
            and p.amopstrategy = case m.amname when 'btree' then 3 else 1 end
          join pg_operator as r on r.oid = p.amopopr and r.oprname = '='
          join pg_namespace as n on n.oid = r.oprnamespace
          where k.opcintype = ${type} and k.opcdefault
          limit 1), 'operator(pg_catalog.=)')`;
}

const relationQuery = `
    select
      case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
      obj_description(c.oid, 'pg_class'),
      case when a.attname is not null then jsonb_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'baseType', format_type(b.oid, -1),
        'collation', (
          select format('%I.%I', n.nspname, l.collname)
          from pg_collation as l join pg_namespace as n on n.oid = l.collnamespace
          where l.oid = a.attcollation and l.oid <> t.typcollation),
        'isText', t.typcollation <> 0,
        'equalIsSame', (b.oid in (${sameWhenEqual}) or b.typtype = 'e') and not exists (
          select from pg_collation as l where l.oid = a.attcollation and not l.collisdeterministic),
        'fillsItself', a.attgenerated <> '' or a.attidentity <> '' or a.atthasdef,
        'isAlwaysIdentity', a.attidentity = 'a',
        'isComparable', exists (
          select from pg_opclass as o
          join pg_am as m on m.oid = o.opcmethod and m.amname = 'btree'
          where o.opcdefault
            and (o.opcintype = b.oid or t.typcategory in ('S', 'E', 'R'))
        ),
        'equals', ${equalsOf("b.oid")},
        'comment', col_description(c.oid, a.attnum)
      )::text end
    from pg_class as c
    left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_type as t on t.oid = a.atttypid
    left join lateral (
      with recursive base as (
        select t.oid, t.typbasetype, t.typtype
        union all
        select u.oid, u.typbasetype, u.typtype
        from base join pg_type as u on u.oid = base.typbasetype and base.typtype = 'd'
      )
      select oid, typtype from base where typtype <> 'd'
    ) as b on true
    where c.oid = to_regclass($1)
    order by a.attnum`;
