-- What this is: one row per product with an order line in the trailing months that end on the day asked for, or a month earlier:
-- its value, its place, and whether it is in the smallest set that makes 80 % of the sum of the values above zero; as in standing.
-- Order lines without a customer count too.
-- $as_of: date, the day; null for the last one the orders cover
-- $window_months: integer, how far back sums go; null for 12, 0 for everything
-- $measure: varchar, margin, revenue or sales; null for margin, or revenue without any cost
with asked as (
    select
        coalesce(cast($as_of as date), last_on) as as_of,
        coalesce(cast($window_months as integer), 12) as months,
        cast(coalesce(cast($as_of as date), last_on) - interval 1 month as date) as month_ago,
    from coverage
    where source = 'orders'
),

spans as (
    select
        as_of,
        month_ago,
        case when months = 0 then date '0001-01-01' else cast(as_of + 1 - to_months(months) as date) end as from_on,
        case when months = 0 then date '0001-01-01' else cast(month_ago + 1 - to_months(months) as date) end as ago_from_on,
    from asked
),

-- A product may stand in several product lines, an item each. Each product is a bit of a block of 63.
products as (
    select
        item,
        dense_rank() over (order by product) - 1 as number,
        product,
        nullif(product_line, '') as product_line,
        number // 63 as block,
        cast(1 as bigint) << cast(number % 63 as integer) as bit,
    from items
),

item_sums as (
    select
        l.item,
        sum(case when l.day >= s.from_on then l.amount end) as revenue,
        sum(case when l.day >= s.from_on then l.amount - l.cost end) as margin,
        sum(case when l.day >= s.from_on and l.amount > 0 then l.amount end) as sales,
        sum(case when l.day <= s.month_ago then l.amount end) as revenue_ago,
        sum(case when l.day <= s.month_ago then l.amount - l.cost end) as margin_ago,
        sum(case when l.day <= s.month_ago and l.amount > 0 then l.amount end) as sales_ago,
    from lines as l
    join spans as s on l.day between s.ago_from_on and s.as_of
    group by l.item
),

-- What each customer bought, as bits: far fewer rows than one for each customer and product. Those who bought the same count together.
baskets as (
    select
        l.number,
        p.block,
        bit_or(p.bit) as bits,
    from lines as l
    join spans as s on l.day between s.from_on and s.as_of
    join products as p on p.item = l.item
    where l.amount > 0
        and l.number is not null
    group by l.number, p.block
),

alike as (
    select
        block,
        bits,
        count(*) as customers,
    from baskets
    group by block, bits
),

bought as (
    select
        p.number,
        sum(a.customers) as customers,
    from alike as a
    join (select distinct number, block, bit from products) as p on p.block = a.block and a.bits & p.bit <> 0
    group by p.number
),

sums as (
    select
        p.product,
        min(p.product_line) as product_line,
        sum(t.revenue) as revenue,
        sum(t.margin) as margin,
        sum(t.sales) as sales,
        sum(t.revenue_ago) as revenue_ago,
        sum(t.margin_ago) as margin_ago,
        sum(t.sales_ago) as sales_ago,
        cast(coalesce(any_value(b.customers), 0) as bigint) as customers,
    from item_sums as t
    join products as p on p.item = t.item
    left join bought as b on b.number = p.number
    group by p.product
),

measured as (
    select coalesce(cast($measure as varchar), case when count(margin) > 0 then 'margin' else 'revenue' end) as measure
    from sums
),

valued as (
    select
        t.*,
        case m.measure when 'margin' then t.margin when 'sales' then t.sales else t.revenue end as value,
        case m.measure when 'margin' then t.margin_ago when 'sales' then t.sales_ago else t.revenue_ago end as value_ago,
        m.measure,
    from sums as t
    cross join measured as m
),

placed as (
    select
        product,
        row_number() over (order by value desc nulls last, product) as place,
        sum(value) over (order by value desc nulls last, product rows unbounded preceding) as running,
        sum(case when value > 0 then value else 0 end) over () as above_zero,
    from valued
    where revenue is not null
),

placed_ago as (
    select
        product,
        row_number() over (order by value_ago desc nulls last, product) as place,
        sum(value_ago) over (order by value_ago desc nulls last, product rows unbounded preceding) as running,
        sum(case when value_ago > 0 then value_ago else 0 end) over () as above_zero,
    from valued
    where revenue_ago is not null
)

select
    v.product,
    v.product_line,
    v.measure,
    cast(v.revenue as decimal(18, 4)) as revenue,
    cast(v.margin as decimal(18, 4)) as margin,
    cast(v.value as decimal(18, 4)) as value,
    v.customers,
    p.place,
    cast(p.running as decimal(18, 4)) as running,
    coalesce(v.value > 0 and p.running - v.value < p.above_zero * 0.8, false) as in_set,
    a.place as place_ago,
    coalesce(v.value_ago > 0 and a.running - v.value_ago < a.above_zero * 0.8, false) as in_set_ago,
from valued as v
left join placed as p on p.product = v.product
left join placed_ago as a on a.product = v.product
order by p.place nulls last, v.product
