"""How is the sample world made? A fictitious provider, its customers, what happens to them, and what is true.

Read in this order: `parameters` (every rate and wait), `company` and `needs` (what is offered and needed), `clock`
(when things happen), `scene` (what changes with weeks and people), `journey` (one customer's case), `orders`,
`appointments`, `errands`, `contact` (the stories), `habits` (what people do of their own accord), `customers` (who
lives which stories when), `tables`, `papers`, `forms`, `register` (the export), `hidden`, `planted` and the `truth`
modules (what nobody at the company knows), `levers` (what moves a truth), `make` (all of it). `renamed`, `faults`,
`mini`, `next_month` and `firms` make more of it.
"""
