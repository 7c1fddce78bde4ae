const script = "<script>document.title='pwned'</script>";
const attribute = `\\"><img src=x onerror=alert(1)>`;

/** A small project in which names, descriptions, tags and SQL are hostile, and one check fails. */
export const shopFiles = {
  "definitions/customers.sqlx": `config { type: "table", tags: ["daily", "${attribute}"],
  description: "One row per customer. ${script}",
  columns: { id: "Key. ${attribute}", name: "--></script>${script}" } }
select id, 'customer ' || id as name from generate_series(1, 4) as id`,
  "definitions/orders.sqlx": `config { type: "table", description: "One row per order.",
  assertions: { uniqueKey: ["id"] }, columns: { amount: "In euros." },
  postgres: { indexes: [{ columns: ["customer_id"] }], grants: { select: ["public"] } } }
-- ${script}
select id, id as customer_id, (id * 1.5)::numeric(10, 2) as amount
from \${ref("customers")}`,
  "definitions/gold/totals.sqlx": `config { type: "view" }
select orders.customer_id, sum(orders.amount) as total, '${script.replaceAll("'", "''")}' as label
from \${ref("orders")} as orders
group by orders.customer_id`,
  "definitions/secrets_are_told.sqlx": `config { type: "assertion", description: "${script}" }
select customers.id, 'password=hunter' || 1 + customers.id as secret
from \${ref("customers")} as customers join \${ref("orders")} as orders using (id)
where id = 1`,
  "definitions/broken.sqlx": `config { type: "table" }
select id, ('hunter' || id + 1)::integer as number from \${ref("customers")}`,
  "definitions/odd.js": `publish(${JSON.stringify(`odd <script>alert(1)</script> "name"`)}, { type: "view", description: "Hostile." })
  .query("select 1 as " + ${JSON.stringify(`"${script.replaceAll('"', '""')}"`)})`,
};
