/**
 * Where the elements of a job stand: layers from top to bottom, flows and splits as boxes around what they contain.
 *
 * Each level (the job, a flow) is laid out by itself, inside out: elements into layers by the longest way to them, the order within
 * a layer by the middle of their neighbours, then their places. A pattern on a transition is an element of its own in the layer
 * between, so that no two labels can meet.
 */

const gap = { layer: 22, side: 22, pad: 14, title: 26 };

/**
 * @param nodes the elements, as the API gives them
 * @param sizes functions that measure: node, label, terminal → {width, height}
 * @returns {{width, height, boxes, edges, labels, terminals}} with absolute places
 */
export function layoutGraph(nodes, sizes) {
  const children = new Map();
  for (const node of nodes) {
    const parent = node.parent ?? '';
    if (!children.has(parent)) children.set(parent, []);
    children.get(parent).push(node);
  }
  const level = layered(children.get('') ?? [], children, sizes);
  return shifted(level, gap.pad, gap.pad, 2 * gap.pad);
}

/** The size of an element, and what it contains placed inside it. */
function inside(node, children, sizes) {
  const content = children.get(node.id) ?? [];
  if (node.kind === 'SPLIT') return sideBySide(content, children, sizes, sizes.node(node));
  if (node.kind === 'FLOW') return boxed(layered(content, children, sizes), sizes.node(node));
  return { ...sizes.node(node), ...nothing() };
}

function nothing() {
  return { boxes: [], edges: [], labels: [], terminals: [] };
}

function boxed(level, least) {
  const placed = shifted(level, gap.pad, gap.title + gap.pad / 2, 0);
  const width = Math.max(level.width + 2 * gap.pad, least.width);
  if (width > level.width + 2 * gap.pad) return boxed({ ...level, width: width - 2 * gap.pad }, { width: 0 });
  return { ...placed, width, height: level.height + gap.title + 1.5 * gap.pad };
}

/** The flows of a split run at once, so they stand beside each other. */
function sideBySide(flows, children, sizes, least) {
  const level = { ...nothing(), width: 0, height: 0 };
  for (const flow of flows) {
    const content = inside(flow, children, sizes);
    if (level.width > 0) level.width += gap.side;
    add(level, content, flow, level.width, 0);
    level.width += content.width;
    level.height = Math.max(level.height, content.height);
  }
  return boxed(level, least);
}

function add(level, content, node, x, y) {
  level.boxes.push({ node, x, y, width: content.width, height: content.height });
  const moved = shifted(content, x, y, 0);
  for (const part of ['boxes', 'edges', 'labels', 'terminals']) level[part].push(...moved[part]);
}

function shifted(level, x, y, margin) {
  const move = (thing) => ({ ...thing, x: thing.x + x, y: thing.y + y });
  return {
    width: level.width + margin,
    height: level.height + margin,
    boxes: level.boxes.map(move),
    labels: level.labels.map(move),
    terminals: level.terminals.map(move),
    edges: level.edges.map((edge) => ({ ...edge, points: edge.points.map(([px, py]) => [px + x, py + y]) })),
  };
}

/** One level of elements in layers. */
function layered(elements, children, sizes) {
  const vertices = elements.map((node) => ({ kind: 'node', node, content: inside(node, children, sizes), in: [], out: [] }));
  for (const vertex of vertices) Object.assign(vertex, { width: vertex.content.width, height: vertex.content.height });
  const links = connect(vertices, sizes);
  breakCycles(vertices);
  assignLayers(vertices);
  const layers = withDummies(vertices);
  order(layers);
  place(layers);
  return drawn(layers, links);
}

function connect(vertices, sizes) {
  const byId = new Map(vertices.map((vertex) => [vertex.node.id, vertex]));
  const links = [];
  for (const source of [...vertices]) {
    for (const transition of source.node.transitions) {
      const link = { source: source.node.id, transition, edges: [] };
      let target = byId.get(transition.to);
      if (['END', 'FAIL', 'STOP'].includes(transition.kind)) {
        target = { kind: 'terminal', transition, source: source.node.id, ...sizes.terminal(transition), in: [], out: [] };
        vertices.push(target);
      }
      if (!target) continue;
      let from = source;
      if (transition.kind !== 'NEXT_ATTRIBUTE' || target === source) {
        const label = { kind: 'label', transition, source: source.node.id, ...sizes.label(transition.on), in: [], out: [] };
        vertices.push(label);
        link.edges.push(join(from, label));
        from = label;
      }
      link.edges.push(join(from, target));
      links.push(link);
    }
  }
  return links;
}

function join(from, to) {
  const edge = { from, to, reversed: false, through: [] };
  from.out.push(edge);
  to.in.push(edge);
  return edge;
}

/** Turns edges that lead back, so that the rest has a direction; they are drawn the way they were. */
function breakCycles(vertices) {
  const state = new Map();
  const visit = (vertex) => {
    state.set(vertex, 'open');
    for (const edge of [...vertex.out]) {
      if (state.get(edge.to) === 'open') {
        edge.from.out.splice(edge.from.out.indexOf(edge), 1);
        edge.to.in.splice(edge.to.in.indexOf(edge), 1);
        [edge.from, edge.to, edge.reversed] = [edge.to, edge.from, true];
        edge.from.out.push(edge);
        edge.to.in.push(edge);
      } else if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(vertex, 'done');
  };
  for (const vertex of vertices) if (!state.has(vertex)) visit(vertex);
}

function assignLayers(vertices) {
  const waiting = new Map(vertices.map((vertex) => [vertex, vertex.in.length]));
  const ready = vertices.filter((vertex) => vertex.in.length === 0);
  for (const vertex of vertices) vertex.layer = 0;
  while (ready.length) {
    const vertex = ready.shift();
    for (const { to } of vertex.out) {
      to.layer = Math.max(to.layer, vertex.layer + 1);
      waiting.set(to, waiting.get(to) - 1);
      if (waiting.get(to) === 0) ready.push(to);
    }
  }
}

/** An edge over several layers gets a place in each of them, so that it does not cross what stands there. */
function withDummies(vertices) {
  const layers = [];
  const put = (vertex) => (layers[vertex.layer] ??= []).push(vertex);
  vertices.forEach(put);
  for (const vertex of vertices) {
    for (const edge of [...vertex.out]) {
      let before = vertex;
      for (let layer = vertex.layer + 1; layer < edge.to.layer; layer++) {
        const dummy = { kind: 'dummy', width: 6, height: 0, layer, in: [before], out: [] };
        edge.through.push(dummy);
        put(dummy);
        before = dummy;
      }
    }
  }
  // From here on only neighbours matter.
  for (const layer of layers) for (const vertex of layer) vertex.near = { up: [], down: [] };
  for (const vertex of vertices) {
    for (const edge of vertex.out) {
      const way = [edge.from, ...edge.through, edge.to];
      way.slice(1).forEach((to, index) => {
        way[index].near.down.push(to);
        to.near.up.push(way[index]);
      });
    }
  }
  return layers;
}

/**
 * By the middle of their neighbours, down and up in turn, then neighbours change places. Where lines still cross it begins anew from
 * other orders, always the same ones; the order with the fewest crossings stays.
 */
function order(layers) {
  const mean = (near, otherwise) => (near.length ? near.reduce((sum, { index }) => sum + index, 0) / near.length : otherwise);
  const sort = (layer, weight) => {
    for (const vertex of layer) vertex.weight = weight(vertex);
    layer.sort((a, b) => a.weight - b.weight || a.index - b.index);
    number(layer);
  };
  layers.forEach(number);
  let best = { crossings: Infinity };
  for (let round = 0; round < 40 && best.crossings > 0; round++) {
    if (round % 10 === 9) for (const layer of layers) sort(layer, ({ index }) => (index * 7919 + round * 104729) % 101);
    if (round % 2 === 0) layers.slice(1).forEach((layer) => sort(layer, ({ near, index }) => mean(near.up, index)));
    else layers.slice(0, -1).reverse().forEach((layer) => sort(layer, ({ near, index }) => mean(near.down, index)));
    layers.forEach(exchange);
    const crossings = layers.reduce((sum, layer) => sum + crossingsBelow(layer), 0);
    if (crossings < best.crossings) best = { crossings, layers: layers.map((layer) => [...layer]) };
  }
  best.layers.forEach((layer, index) => {
    layers[index] = layer;
    number(layer);
  });
}

function number(layer) {
  layer.forEach((vertex, index) => (vertex.index = index));
}

/** Lets neighbours change places as long as that leaves fewer crossings. */
function exchange(layer) {
  for (let better = true; better; ) {
    better = false;
    for (let i = 1; i < layer.length; i++) {
      const [left, right] = [layer[i - 1], layer[i]];
      if (crossings(left, right) <= crossings(right, left)) continue;
      [layer[i - 1], layer[i], left.index, right.index] = [right, left, i, i - 1];
      better = true;
    }
  }
}

/** How often the lines of two vertices of a layer cross, if they stand in this order. */
function crossings(left, right) {
  return crossed(left.near.up, right.near.up) + crossed(left.near.down, right.near.down);
}

function crossed(left, right) {
  return left.reduce((sum, a) => sum + right.filter((b) => b.index < a.index).length, 0);
}

function crossingsBelow(layer) {
  return layer.reduce((sum, left, i) => sum + layer.slice(i + 1).reduce((more, right) => more + crossed(left.near.down, right.near.down), 0), 0);
}

function place(layers) {
  for (const layer of layers) {
    let x = 0;
    for (const vertex of layer) {
      vertex.center = x + vertex.width / 2;
      x += vertex.width + gap.side;
    }
  }
  const pull = (layer, sides) => {
    const wish = layer.map((vertex) => {
      const near = sides.flatMap((side) => vertex.near[side]);
      return near.length ? near.reduce((sum, { center }) => sum + center, 0) / near.length : vertex.center;
    });
    spread(layer, wish);
  };
  for (let round = 0; round < 8; round++) {
    layers.forEach((layer) => pull(layer, ['up']));
    [...layers].reverse().forEach((layer) => pull(layer, ['down']));
  }
  layers.forEach((layer) => pull(layer, ['up', 'down']));
  let y = 0;
  for (const layer of layers) {
    const height = Math.max(...layer.map((vertex) => vertex.height));
    for (const vertex of layer) {
      vertex.top = y;
      vertex.bottom = y + height;
      vertex.y = y + (vertex.kind === 'label' ? (height - vertex.height) / 2 : 0);
    }
    y += height + gap.layer;
  }
}

/** As near to the wishes as the widths allow: neighbours that would overlap move together. */
function spread(layer, wish) {
  const offset = [];
  layer.forEach((vertex, index) => {
    offset[index] = index ? offset[index - 1] + (layer[index - 1].width + vertex.width) / 2 + gap.side : 0;
  });
  const blocks = [];
  wish.forEach((center, index) => {
    let block = { sum: center - offset[index], count: 1 };
    while (blocks.length && blocks.at(-1).sum / blocks.at(-1).count > block.sum / block.count) {
      const before = blocks.pop();
      block = { sum: before.sum + block.sum, count: before.count + block.count };
    }
    blocks.push(block);
  });
  let index = 0;
  for (const block of blocks) {
    for (let i = 0; i < block.count; i++, index++) layer[index].center = block.sum / block.count + offset[index];
  }
}

function drawn(layers, links) {
  const all = layers.flat();
  const left = Math.min(0, ...all.map((vertex) => vertex.center - vertex.width / 2));
  const level = {
    ...nothing(),
    width: Math.max(0, ...all.map((vertex) => vertex.center + vertex.width / 2 - left)),
    height: Math.max(0, ...all.map((vertex) => vertex.y + vertex.height)),
  };
  for (const vertex of all) {
    const x = vertex.center - vertex.width / 2 - left;
    const { y, width, height, transition, source } = vertex;
    if (vertex.kind === 'node') add(level, vertex.content, vertex.node, x, y);
    else if (vertex.kind === 'label') level.labels.push({ x, y, width, height, transition, source });
    else if (vertex.kind === 'terminal') level.terminals.push({ x, y, width, height, transition, source });
  }
  for (const link of links) {
    link.edges.forEach((edge, index) => {
      const points = [
        [edge.from.center, edge.from.y + edge.from.height],
        // Straight through its own layer: what stands beside it there may be higher.
        [edge.from.center, edge.from.bottom],
        ...edge.through.flatMap((dummy) => [[dummy.center, dummy.top], [dummy.center, dummy.bottom]]),
        [edge.to.center, edge.to.top],
        [edge.to.center, edge.to.y],
      ]
        .map(([x, y]) => [x - left, y])
        .filter(([x, y], i, all) => i === 0 || x !== all[i - 1][0] || y !== all[i - 1][1]);
      if (edge.reversed) points.reverse();
      level.edges.push({ points, source: link.source, transition: link.transition, arrow: index === link.edges.length - 1, reversed: edge.reversed });
    });
  }
  return level;
}
