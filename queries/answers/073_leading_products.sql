-- What this is: one row per leading customer (by number) and product that it has order lines of in the trailing twelve months, the
-- largest revenue first; product '' gathers the lines without one, and quantity and margin are null where no line says them.
-- Leading are the first 200 of each region and segment, as many as a list shows, and who has lines on more than 60 days, too many
-- to be looked up while a page waits.
-- $as_of: date, the day that ends the twelve months; null for the last one the orders cover
-- $numbers: integer[], of these customers instead; null for the leading ones
with spans as (
    select
        cast(coalesce(cast($as_of as date), last_on) + 1 - interval 12 month as date) as from_on,
        coalesce(cast($as_of as date), last_on) as as_of,
    from coverage
    where source = 'orders'
),

leaders as (
    select number
    from standing
    where revenue is not null
    qualify row_number() over (partition by region, segment order by place) <= 200
    union
    select d.number
    from buying_days as d
    join spans as s on d.day between s.from_on and s.as_of
    group by d.number
    having count(*) > 60
),

wanted as (
    select number from leaders where $numbers is null
    union all
    select unnest(cast($numbers as integer[]))
),

-- only the days on which they have lines are looked at
days as (
    select distinct d.day
    from buying_days as d
    join spans as s on d.day between s.from_on and s.as_of
    where d.number in (select number from wanted)
),

item_sums as (
    select
        number,
        item,
        sum(quantity) as quantity,
        sum(amount) as revenue,
        sum(amount - cost) as margin,
        max(day) as last_on,
        count(*) as lines,
    from lines
    where number in (select number from wanted)
        and day in (select day from days)
    group by number, item
)

-- a product may stand in several product lines, an item each: the one bought last counts
select
    s.number,
    i.product,
    arg_max(nullif(i.product_line, ''), (s.last_on, i.product_line)) as product_line,
    cast(sum(s.quantity) as decimal(18, 4)) as quantity,
    cast(sum(s.revenue) as decimal(18, 4)) as revenue,
    cast(sum(s.margin) as decimal(18, 4)) as margin,
    max(s.last_on) as last_on,
    cast(sum(s.lines) as bigint) as lines,
from item_sums as s
join items as i on i.item = s.item
group by s.number, i.product
order by s.number, revenue desc, i.product
